/** Each webhook that the simulator posted and each request that it answered, newest last. */
import { Json } from "@kit/json";
import { useEnd } from "@kit/end";
import { seconds } from "@kit/time";
import { Badge, Empty, Icon } from "@kit/ui";
import { signal } from "@preact/signals";
import { ArrowDown, ArrowDownLeft, ArrowUpRight, Radio, Search } from "lucide";
import type { Entry } from "./contract";
import { gistOfPayload } from "./gist";
import { customers, traffic } from "./store";
import { t } from "./texts";

const filters = ["all", "webhook", "request", "problems"] as const;
const filter = signal<(typeof filters)[number]>("all");
const search = signal("");
const chosen = signal<number | null>(null);

/** "/v23.0/106540352242922/messages": what differs from line to line is its end. */
const VERSION_AND_NUMBER = /\/v\d+\.\d+\/(?:\d+\/)?/;

const bad = ({ status }: Entry) => status < 200 || status >= 400;

/** The journal names a customer by what the wire says: her id, her number or her user id. */
function nameIn({ customer }: Entry): string {
  if (!customer) return "";
  const figures = customer.replace(/\D/g, "");
  const found = customers.value.find(
    (c) =>
      c.id === customer ||
      c.userId === customer ||
      (figures !== "" && c.phone.replace(/\D/g, "") === figures),
  );
  return found?.name ?? customer;
}

function matches(entry: Entry): boolean {
  if (
    filter.value === "problems"
      ? !bad(entry)
      : filter.value !== "all" && filter.value !== entry.kind
  )
    return false;
  const wanted = search.value.trim().toLocaleLowerCase();
  if (!wanted) return true;
  const hay = `${entry.what} ${entry.status} ${nameIn(entry)} ${JSON.stringify(entry.body)}`;
  return hay.toLocaleLowerCase().includes(wanted);
}

export function Traffic() {
  const rows = traffic.value.filter(matches);
  const end = useEnd<HTMLDivElement>(rows.length, chosen.value !== null);
  return (
    <>
      <div class="filter">
        <div class="pills" role="group" aria-label={t("filter")}>
          {filters.map((f) => (
            <button
              key={f}
              type="button"
              aria-pressed={filter.value === f}
              onClick={() => {
                filter.value = f;
              }}
            >
              {t(f)}
            </button>
          ))}
        </div>
        <label class="search">
          <Icon icon={Search} size={14} />
          <input
            class="field"
            type="search"
            placeholder={t("filterHint")}
            aria-label={t("filterHint")}
            value={search.value}
            onInput={(event) => {
              search.value = event.currentTarget.value;
            }}
          />
        </label>
      </div>
      <div class="lines-frame">
        <div class="lines" ref={end.box} tabIndex={0} role="region" aria-label={t("traffic")}>
          {rows.length ? (
            <ol>
              {rows.map((entry) => (
                <Line key={entry.id} entry={entry} />
              ))}
            </ol>
          ) : (
            <Nothing />
          )}
        </div>
        {end.missed.value > 0 && (
          <button type="button" class="wa-new" onClick={end.toEnd}>
            <Icon icon={ArrowDown} size={14} />
            {t("newTraffic", { n: end.missed.value })}
          </button>
        )}
      </div>
    </>
  );
}

const Nothing = () =>
  traffic.value.length ? (
    <Empty icon={Search} title={t("noMatch")} />
  ) : (
    <Empty icon={Radio} title={t("noTraffic")}>
      <p>{t("noTrafficMore")}</p>
    </Empty>
  );

function Line({ entry }: { entry: Entry }) {
  const open = chosen.value === entry.id;
  const { kind, attempt = 1, status } = entry;
  return (
    <li class={bad(entry) ? "bad" : ""}>
      <button
        type="button"
        aria-expanded={open}
        onClick={() => {
          chosen.value = open ? null : entry.id;
        }}
      >
        <span class={`way ${kind}`} title={t(`one.${kind}`)}>
          <Icon icon={kind === "webhook" ? ArrowUpRight : ArrowDownLeft} size={14} />
          <span class="sr">{t(`one.${kind}`)}</span>
        </span>
        <span class="about grow">
          <span class="first">
            <code class="truncate" title={entry.what}>
              {entry.what.replace(VERSION_AND_NUMBER, "…/")}
            </code>
            {attempt > 1 && <Badge tone="warn">{t("attempt", { n: attempt })}</Badge>}
          </span>
          <span class="second truncate">
            {[nameIn(entry), gistOfPayload(entry.body)].filter(Boolean).join(" · ")}
          </span>
        </span>
        <span class="figures num">
          <Badge tone={tone(status)}>{status || t("noAnswer")}</Badge>
          <span>
            <time dateTime={new Date(entry.at).toISOString()}>{seconds(entry.at)}</time> ·{" "}
            {Math.round(entry.ms)} ms
          </span>
        </span>
      </button>
      {open && (
        <>
          <Json label={t("payload")} value={entry.body} />
          {entry.answer !== undefined && entry.answer !== null && (
            <Json label={t("answer")} value={entry.answer} />
          )}
        </>
      )}
    </li>
  );
}

function tone(status: number): "ok" | "warn" | "bad" {
  if (status >= 200 && status < 400) return "ok";
  return status === 429 ? "warn" : "bad";
}
