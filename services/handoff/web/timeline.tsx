/** What was said, oldest first; it keeps to its end while the person is there. */
import { useEnd } from "@kit/end";
import { day, sameDay } from "@kit/time";
import { Button, Empty, Failure, Icon, Skeleton } from "@kit/ui";
import { ArrowDown, MessageCircleOff } from "lucide";
import { Fragment } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { Bubble } from "./bubble";
import type { Conversation, Message } from "./contract";
import { loadOlder, openThread, standing, thread, timeline, typist } from "./store";
import { t } from "./texts";

const JOINED = 300_000; // ms; what one side says within them stands together
const NEAR_TOP = 60; // px

export function Timeline({ c }: { c: Conversation }) {
  const messages = timeline.value;
  const { id, state } = standing.value;
  if (id === c.id && state === "gone") {
    return (
      <Empty icon={MessageCircleOff} title={t("gone")}>
        <p>{t("goneMore")}</p>
      </Empty>
    );
  }
  if (id === c.id && state === "failed") {
    return <Failure title={t("failed")} retry={() => void openThread(c.id)} again={t("again")} />;
  }
  if (!messages) {
    return (
      <div class="timeline" aria-busy="true">
        <Skeleton rows={7} />
      </div>
    );
  }
  return <Log key={c.id} c={c} messages={messages} />;
}

function Log({ c, messages }: { c: Conversation; messages: Message[] }) {
  const who = typist(c.id);
  const { box, missed, toEnd } = useEnd<HTMLDivElement>(messages.length + (who ? 1 : 0));
  const more = thread.value?.more ?? false;
  const asking = useSignal(false);
  const byId = new Map(messages.map((m) => [m.id, m]));
  const newest = messages.at(-1);
  const oldest = messages[0]?.id;
  const height = useRef(0);

  useLayoutEffect(() => {
    if (newest?.from === "agent" && newest.tick === "queued") toEnd(); // she just wrote it
  }, [newest?.id]);
  // Older messages come in above: what the person reads stays where it is.
  useLayoutEffect(() => {
    const node = box.current!;
    if (height.current) node.scrollTop += node.scrollHeight - height.current;
    height.current = 0;
    missed.value = 0;
  }, [oldest]);

  const older = async () => {
    if (asking.peek()) return;
    asking.value = true;
    height.current = box.current!.scrollHeight;
    await loadOlder();
    asking.value = false;
  };
  const goTo = (id: string) => {
    const node = box.current!.querySelector<HTMLElement>(`[data-message="${CSS.escape(id)}"]`);
    node?.scrollIntoView({ block: "center" });
    node?.classList.add("found");
    setTimeout(() => node?.classList.remove("found"), 1500);
  };

  return (
    <div class="timeline-box">
      <div
        class="timeline"
        ref={box}
        tabIndex={0}
        role="log"
        aria-live="off" // the announcer says who wrote; the log would say it twice
        aria-label={t("log", { name: c.contact.name })}
        onScroll={(event) => {
          if (more && event.currentTarget.scrollTop < NEAR_TOP) void older();
        }}
      >
        <ol>
          {more && (
            <li class="older">
              <Button small kind="quiet" busy={asking.value} onClick={() => void older()}>
                {t("earlier")}
              </Button>
            </li>
          )}
          {messages.map((m, i) => {
            const before = messages[i - 1];
            const newDay = !before || !sameDay(before.at, m.at);
            const joined =
              !newDay &&
              before.from === m.from &&
              before.author === m.author &&
              m.at - before.at < JOINED;
            return (
              <Fragment key={m.id}>
                {newDay && (
                  <li class="day">
                    <span>{day(m.at)}</span>
                  </li>
                )}
                <Bubble
                  m={m}
                  c={c}
                  joined={joined}
                  quoted={m.replyTo ? byId.get(m.replyTo) : undefined}
                  last={m === newest}
                  onQuoted={goTo}
                />
              </Fragment>
            );
          })}
          {who && (
            <li class="bubble agent typing">
              <span class="author">{t("typing", { name: who })}</span>
              <span class="text" aria-hidden="true">
                <i />
                <i />
                <i />
              </span>
            </li>
          )}
        </ol>
      </div>
      {missed.value > 0 && (
        <button type="button" class="below" onClick={toEnd}>
          <Icon icon={ArrowDown} size={14} />
          {t("newBelow", { n: missed.value })}
        </button>
      )}
    </div>
  );
}
