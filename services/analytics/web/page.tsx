/** The console: a rail of sections, each loaded when it is first visited. */
import "@kit/base.css";
import "@kit/figures.css";
import "@kit/json.css";
import "uplot/dist/uPlot.min.css";
import "./console.css";
import { boot } from "@kit/boot";
import { listen, shortcuts } from "@kit/keys";
import { DateRange } from "@kit/range";
import { seconds } from "@kit/time";
import { Announcer, Button, ConnectionBanner, announce } from "@kit/ui";
import { effect, signal, untracked } from "@preact/signals";
import { Lock, Pause, Play } from "lucide";
import { type ComponentType, render } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Nothing, Waiting, said } from "./parts";
import { ask, days, followLinks, go, href, place, type SectionId } from "./place";
import { Rail } from "./rail";
import { away, first, latest, pause, paused } from "./store";
import { type Key, t } from "./texts";

type Loaded = { default: ComponentType };
const load: Record<SectionId, () => Promise<Loaded>> = {
  queues: () => import("./queues"),
  dead: () => import("./dead"),
  data: () => import("./data"),
  conversations: () => import("./conversations"),
  flows: () => import("./flows"),
  intents: () => import("./intents"),
  people: () => import("./people"),
  campaigns: () => import("./campaigns"),
  costs: () => import("./costs"),
};
const loaded = signal<Partial<Record<SectionId, ComponentType>>>({});
const broken = signal(false);
/** Sections whose figures are of now: a period means nothing to them. */
const OF_NOW: readonly SectionId[] = ["queues", "dead", "data"];

function bring(section: SectionId) {
  if (loaded.value[section]) return;
  load[section]().then(
    ({ default: component }) => {
      broken.value = false;
      loaded.value = { ...loaded.value, [section]: component };
    },
    () => {
      broken.value = true; // a newer build stands behind this address, or nothing does
    },
  );
}

function Section() {
  const Chosen = loaded.value[place.value.section];
  if (Chosen) return <Chosen />;
  if (!broken.value) return <Waiting />;
  return (
    <div class="panel">
      <div class="empty" role="alert">
        <h2>{t("failed.title")}</h2>
        <p>{said("", !navigator.onLine)}</p>
        <Button onClick={() => location.reload()}>{t("reload")}</Button>
      </div>
    </div>
  );
}

function Live() {
  const at = latest.value?.at;
  const still = paused.value || away.value;
  return (
    <>
      <span class={`live ${still ? "off" : ""}`}>
        <i class="pulse" />
        <span>{t(away.value ? "away" : paused.value ? "paused" : "live")}</span>
        {at !== undefined && <span class="num">{seconds(at)}</span>}
      </span>
      <Button
        icon={paused.value ? Play : Pause}
        onClick={() => {
          pause(!paused.value);
          announce(t(paused.value ? "paused" : "live"));
        }}
      >
        {t(paused.value ? "resume" : "pause")}
      </Button>
    </>
  );
}

function Page() {
  const { section } = place.value;
  const main = useRef<HTMLElement>(null);
  const before = useRef(section);
  useEffect(() => {
    if (before.current === section) return;
    before.current = section;
    main.current!.scrollTop = 0;
    main.current!.focus({ preventScroll: true });
  }, [section]);
  return (
    <div class="frame">
      <a class="skip" href="#main">
        {t("skip")}
      </a>
      <Rail />
      <div class="page">
        <ConnectionBanner connecting={t("connecting")} offline={t("offline")} />
        <header class="page-head">
          <div class="grow">
            <h1>{t(`section.${section}` as Key)}</h1>
            <p class="truncate">{t(`about.${section}` as Key)}</p>
          </div>
          {section === "queues" && first.allowed && <Live />}
          {!OF_NOW.includes(section) && first.allowed && (
            <DateRange
              days={days.value}
              onChoose={(chosen) => ask({ from: chosen.from, to: chosen.to }, "push")}
            />
          )}
        </header>
        <main class="scroll" id="main" tabIndex={-1} ref={main}>
          {first.allowed ? <Section /> : <Locked />}
        </main>
      </div>
      <Announcer />
    </div>
  );
}

const Locked = () => (
  <div class="panel">
    <Nothing icon={Lock} title={t("locked")}>
      {t("lockedMore", { role: t("role.supervisor") })}
    </Nothing>
  </div>
);

function Choose() {
  return (
    <main class="choose" id="main">
      <h1>{t("chooseBot")}</h1>
      <ul>
        {first.bots.map((bot) => (
          <li key={bot.token}>
            <a class="panel" href={`${first.root}${bot.token}/`}>
              <b>{bot.name}</b>
              <span>{bot.namespace}</span>
            </a>
          </li>
        ))}
      </ul>
    </main>
  );
}

if (first.bot) {
  effect(() => {
    const { section } = place.value;
    document.title = `${t(`section.${section}` as Key)} · ${first.bot!.name} · Prosa`;
    if (first.allowed) untracked(() => bring(section));
  });
  const keys: [string, SectionId][] = [
    ["g q", "queues"],
    ["g d", "dead"],
    ["g c", "conversations"],
    ["g f", "flows"],
    ["g i", "intents"],
    ["g a", "people"],
    ["g m", "campaigns"],
    ["g v", "costs"],
  ];
  shortcuts.value = keys.map(([pressed, section]) => ({
    keys: pressed,
    label: t(`section.${section}` as Key),
    run: () => go(href(section)),
  }));
  listen();
  followLinks();
} else document.title = `${t("chooseBot")} · Prosa`;

document.documentElement.lang = boot.locale;
render(first.bot ? <Page /> : <Choose />, document.getElementById("app")!);
