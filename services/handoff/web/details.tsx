/** What is known about the customer and the ticket, beside the conversation. */
import { get } from "@kit/api";
import { full, stamp } from "@kit/time";
import { Avatar, Button, Failure, Icon, IconButton } from "@kit/ui";
import { useSignal } from "@preact/signals";
import { Star, X } from "lucide";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { ClockState, WindowChip } from "./clocks";
import type { AuditEntry, Conversation } from "./contract";
import { OwnerChip } from "./owner";
import { go, href, place } from "./place";
import { mayDecide, supervises, thread } from "./store";
import { nameOf, phone } from "./person";
import { Tags } from "./tags";
import { has, t } from "./texts";
import { detailsOpen } from "./view";

const wide = matchMedia("(min-width: 1280px)");

export function Details({ c }: { c: Conversation }) {
  const panel = useRef<HTMLElement>(null);
  useEffect(() => {
    if (wide.matches) return undefined;
    panel.current!.querySelector<HTMLElement>(".close")?.focus();
    return () => document.querySelector<HTMLElement>(".details-button")?.focus();
  }, []);
  const close = () => {
    detailsOpen.value = false;
  };
  return (
    <>
      {!wide.matches && <div class="scrim" onClick={close} />}
      <aside
        class="details"
        ref={panel}
        aria-label={t("details")}
        onKeyDown={(event) => {
          if (event.key === "Escape" && !wide.matches) close();
        }}
      >
        <IconButton class="close" icon={X} label={t("closeDetails")} onClick={close} />
        <div class="card">
          <Avatar name={c.contact.name} id={c.contact.id} size={56} />
          <h2>{nameOf(c)}</h2>
          {c.contact.phone && <p class="num">{phone(c)}</p>}
        </div>
        <Why c={c} />
        <Slots slots={c.slots} />
        <Part title={t("clocks")}>
          <dl>
            <Fact name={t("firstReply")}>
              <ClockState c={c} which="first_reply" />
            </Fact>
            <Fact name={t("resolution")}>
              <ClockState c={c} which="resolution" />
            </Fact>
            <Fact name={t("window24")}>
              <WindowChip c={c} />
            </Fact>
          </dl>
        </Part>
        <Part title={t("ticket")}>
          <dl>
            <Fact name={t("owner")}>
              <OwnerChip c={c} />
            </Fact>
            <Fact name={t("team")}>{c.team || "—"}</Fact>
            <Fact name={t("opened")}>
              <time dateTime={new Date(c.openedAt).toISOString()} title={full(c.openedAt)}>
                {stamp(c.openedAt)}
              </time>
            </Fact>
            {c.rating !== null && (
              <Fact name={t("rating")}>
                <span class="rating" role="img" aria-label={t("ratingOf", { n: c.rating })}>
                  {[1, 2, 3, 4, 5].map((n) => (
                    <span key={n} class={n <= c.rating! ? "on" : ""}>
                      <Icon icon={Star} size={14} />
                    </span>
                  ))}
                </span>
              </Fact>
            )}
            <Fact name={t("tags")}>
              <Tags c={c} fixed={!mayDecide(c)} />
            </Fact>
          </dl>
        </Part>
        <History c={c} />
        {supervises && <Audit key={c.id} id={c.id} revision={c.revision} />}
      </aside>
    </>
  );
}

const Part = ({ title, children }: { title: string; children: ComponentChildren }) => (
  <section aria-label={title}>
    <h3>{title}</h3>
    {children}
  </section>
);
const Fact = ({ name, children }: { name: string; children: ComponentChildren }) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);

function Why({ c }: { c: Conversation }) {
  const reason = has(`reason.${c.reason}`);
  if (!c.summary && !reason) return null;
  return (
    <Part title={t("summary")}>
      {reason && <p class="because">{t(reason)}</p>}
      {c.summary && <p dir="auto">{c.summary}</p>}
    </Part>
  );
}

function Slots({ slots }: { slots: Conversation["slots"] }) {
  const told = Object.entries(slots).filter(([, value]) => value !== null && value !== "");
  if (!told.length) return null;
  return (
    <Part title={t("collected")}>
      <dl>
        {told.map(([name, value]) => (
          <Fact key={name} name={name.replaceAll("_", " ")}>
            <span dir="auto">{asText(value)}</span>
          </Fact>
        ))}
      </dl>
    </Part>
  );
}

function asText(value: unknown): string {
  if (Array.isArray(value)) return value.map(asText).join(", ");
  if (typeof value === "boolean") return t(value ? "yes" : "no");
  if (typeof value === "object" && value !== null) {
    return Object.values(value).map(asText).filter(Boolean).join(" · ");
  }
  return String(value ?? "");
}

/** Her earlier tickets; each opens like any conversation. */
function History({ c }: { c: Conversation }) {
  const earlier = (thread.value?.history ?? []).filter((each) => each.id !== c.id);
  if (!earlier.length) return null;
  const { view } = place.value;
  return (
    <Part title={t("history")}>
      <ol class="history">
        {earlier.map((each) => (
          <li key={each.id}>
            <a
              href={href(view, each.id)}
              onClick={(event) => {
                if (event.metaKey || event.ctrlKey) return;
                event.preventDefault();
                go(view, each.id);
              }}
            >
              <span class="truncate">{each.summary || t("noSummary")}</span>
              <small class="num">
                {stamp(each.openedAt)}
                {each.closedAt === null && ` · ${t("stillOpen")}`}
              </small>
            </a>
          </li>
        ))}
      </ol>
    </Part>
  );
}

/** Who did what with this ticket; supervisors read it. */
function Audit({ id, revision }: { id: string; revision: number }) {
  const items = useSignal<AuditEntry[] | null>(null);
  const failed = useSignal(false);
  const next = useSignal<string | null>(null);
  const ask = async (cursor: string | null) => {
    failed.value = false;
    const path = `api/audit?conversation=${encodeURIComponent(id)}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`;
    try {
      const page = await get<{ items: AuditEntry[]; next: string | null }>(path);
      items.value = cursor ? [...(items.peek() ?? []), ...page.items] : page.items;
      next.value = page.next;
    } catch {
      failed.value = true;
    }
  };
  useEffect(() => void ask(null), [revision]);
  return (
    <Part title={t("audit")}>
      {failed.value && (
        <Failure title={t("failed")} retry={() => void ask(null)} again={t("again")} />
      )}
      {items.value?.length === 0 && <p class="quiet">{t("noAudit")}</p>}
      {items.value && items.value.length > 0 && (
        <ol class="history">
          {items.value.map((each) => {
            const known = has(`audit.${each.action}`);
            return (
              <li key={each.id}>
                <span class="truncate">
                  <b>{each.who}</b> {known ? t(known) : each.action}
                </span>
                <small class="num">
                  <time dateTime={new Date(each.at).toISOString()} title={full(each.at)}>
                    {stamp(each.at)}
                  </time>
                </small>
              </li>
            );
          })}
        </ol>
      )}
      {next.value && (
        <Button small kind="quiet" onClick={() => void ask(next.value)}>
          {t("earlierOnes")}
        </Button>
      )}
    </Part>
  );
}
