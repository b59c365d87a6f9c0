/** One customer's phone: who she is, her chat, and where she writes. */
import { useEnd } from "@kit/end";
import { clock, day, full, sameDay, span } from "@kit/time";
import { Avatar, Badge, Icon } from "@kit/ui";
import { useSignal } from "@preact/signals";
import { ArrowDown, Clock, Lock, Store } from "lucide";
import { Fragment, type ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { AttachDialog, type Attach } from "./attach";
import { Bubble } from "./bubble";
import { Composer } from "./composer";
import type { Customer, Message } from "./contract";
import { act, business, current, isTyping, look, shown } from "./store";
import { t } from "./texts";

const SHOWN = 150; // messages that are drawn at first: a day's chat, and quick to draw
const HOUR = 3_600_000;

export function Handset({ c }: { c: Customer }) {
  const all = shown(c.id);
  const limit = useSignal(SHOWN);
  const replyTo = useSignal<Message | null>(null);
  const attaching = useSignal<Attach | null>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const writing = isTyping(c.id);
  const end = useEnd<HTMLDivElement>(all.length + (writing ? 1 : 0));
  const visible = all.slice(-limit.value);
  const byId = new Map(all.map(({ message }) => [message.id, message]));
  const newest = all.at(-1)?.key;

  // She has seen it when the page is before her and the chat is at its end.
  useEffect(() => {
    const seen = () => {
      const drawn = (end.box.current?.clientHeight ?? 0) > 0;
      if (document.visibilityState === "visible" && drawn && end.atEnd()) look(c.id);
    };
    seen();
    document.addEventListener("visibilitychange", seen);
    end.box.current!.addEventListener("scroll", seen, { passive: true });
    const box = end.box.current!;
    return () => {
      document.removeEventListener("visibilitychange", seen);
      box.removeEventListener("scroll", seen);
    };
  }, [newest, current.value]);

  const reply = (message: Message) => {
    replyTo.value = message;
    field.current?.focus();
  };
  const goTo = (id: string) => {
    const node = end.box.current!.querySelector(`[data-message="${CSS.escape(id)}"]`);
    node?.scrollIntoView({ block: "center" });
    node?.classList.remove("pointed");
    requestAnimationFrame(() => node?.classList.add("pointed"));
  };
  const send = (text: string) => {
    act(c.id, {
      kind: "text",
      text,
      ...(replyTo.value ? { replyTo: replyTo.value.id } : {}),
    });
    replyTo.value = null;
    end.toEnd();
  };

  return (
    <section
      class={`handset ${current.value === c.id ? "current" : ""}`}
      aria-label={t("log", { name: c.name, business: business.name })}
      onFocusIn={() => {
        current.value = c.id;
      }}
      onDragOver={(event) => {
        if (event.dataTransfer?.types.includes("Files")) event.preventDefault();
      }}
      onDrop={(event) => {
        const file = event.dataTransfer?.files[0];
        if (!file) return;
        event.preventDefault();
        attaching.value = { file };
      }}
    >
      <Holder c={c} />
      <div class="screen">
        <header>
          <span class="wa-logo">
            <Icon icon={Store} size={20} />
          </span>
          <div class="grow">
            <h2 class="truncate">{business.name}</h2>
            <p>{writing ? t("typing") : t("business")}</p>
          </div>
        </header>
        <div class="wall-frame">
          {/* Announced by the page, once: a live region here would read out one's own words too. */}
          <div
            class="wall"
            ref={end.box}
            role="log"
            aria-live="off"
            tabIndex={0}
            aria-label={t("messages", { name: c.name })}
            onKeyDown={(event) => walk(event, field.current)}
          >
            <ol>
              <li class="wa-privacy">
                <span>
                  <Icon icon={Lock} size={11} /> {t("privacy")}
                </span>
              </li>
              {visible.length < all.length && (
                <li class="wa-earlier">
                  <button
                    type="button"
                    onClick={() => {
                      limit.value += SHOWN;
                    }}
                  >
                    {t("earlier")}
                  </button>
                </li>
              )}
              {visible.map((item, i) => {
                const before = visible[i - 1]?.message;
                const { message } = item;
                const newDay = !before || !sameDay(before.at, message.at);
                return (
                  <Fragment key={item.key}>
                    {newDay && (
                      <li class="wa-day">
                        <span>{day(message.at)}</span>
                      </li>
                    )}
                    <Bubble
                      {...item}
                      who={c.id}
                      tail={newDay || before?.side !== message.side}
                      quoted={message.quotes ? byId.get(message.quotes) : undefined}
                      last={i === visible.length - 1}
                      onReply={reply}
                      onQuoted={goTo}
                      onAskLocation={() => {
                        attaching.value = { kind: "location", replyTo: message.id };
                      }}
                    />
                  </Fragment>
                );
              })}
              {writing && (
                <li class="wa in tail wa-typing">
                  <div class="wa-body">
                    <span class="sr">{t("typing")}</span>
                    <i />
                    <i />
                    <i />
                  </div>
                </li>
              )}
            </ol>
          </div>
          {end.missed.value > 0 && (
            <button type="button" class="wa-new" onClick={end.toEnd}>
              <Icon icon={ArrowDown} size={14} />
              {t("newBelow", { n: end.missed.value })}
            </button>
          )}
        </div>
        {all.length === 0 && (
          <Hello>
            <button
              type="button"
              onClick={() => {
                send(t("hello"));
                field.current?.focus();
              }}
            >
              {t("hello")}
            </button>
          </Hello>
        )}
        <Composer
          c={c}
          field={field}
          replyTo={replyTo.value}
          onStopReplying={() => {
            replyTo.value = null;
          }}
          onSend={send}
          onAttach={(attach) => {
            attaching.value = attach;
          }}
          onUp={() => lastOf(end.box.current!, ".wa-more")?.focus()}
        />
      </div>
      {attaching.value && (
        <AttachDialog
          who={c.id}
          {...attaching.value}
          onClose={() => {
            attaching.value = null;
            end.toEnd();
          }}
        />
      )}
    </section>
  );
}

const Hello = ({ children }: { children: ComponentChildren }) => (
  <div class="wa-hello">
    <p>{t("helloHint")}</p>
    {children}
  </div>
);

function Holder({ c }: { c: Customer }) {
  const left = c.window === null ? 0 : c.window - clock.value;
  return (
    <p class="holder">
      <Avatar name={c.name} id={c.id} size={24} />
      <strong class="truncate">{c.name}</strong>
      <span class="num truncate address" title={c.userId}>
        {c.hidden ? t("hiddenNumber") : spaced(c.phone)}
      </span>
      {left > 0 ? (
        <Badge
          tone={left < HOUR ? "warn" : "neutral"}
          icon={Clock}
          title={`${t("windowOpen", { span: span(left) })} · ${full(c.window!)}`}
        >
          {span(left)}
        </Badge>
      ) : (
        <Badge icon={Lock} title={t("windowClosedMore")}>
          {t("windowClosed")}
        </Badge>
      )}
    </p>
  );
}

/** +5519999990001 as it is read aloud in Brazil; other numbers as they are. */
const spaced = (phone: string) => phone.replace(/^\+55(\d{2})(\d{4,5})(\d{4})$/, "+55 $1 $2-$3");

const lastOf = (box: Element, what: string) => [...box.querySelectorAll<HTMLElement>(what)].at(-1);

/** Arrows go from one message's menu to the next; past the last one, and on Escape, back to write. */
function walk(event: KeyboardEvent, field: HTMLTextAreaElement | null) {
  const at = document.activeElement;
  if (event.key === "Escape") field?.focus();
  if (!at?.classList.contains("wa-more")) return;
  const all = [...(event.currentTarget as Element).querySelectorAll<HTMLElement>(".wa-more")];
  const now = all.indexOf(at as HTMLElement);
  const to = { ArrowUp: now - 1, ArrowDown: now + 1, Home: 0, End: all.length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  (to >= all.length ? field : all[Math.max(0, to)])?.focus();
}
