/** The rail: sections in groups; on a phone four of them below the page, and the rest behind “more”. */
import { boot } from "@kit/boot";
import { compact } from "@kit/i18n";
import { Mark } from "@kit/mark";
import { Menu, MenuItem } from "@kit/menu";
import { setLocale, setTheme, theme } from "@kit/theme";
import { Avatar, Dialog, Icon, type IconNode } from "@kit/ui";
import { useSignal } from "@preact/signals";
import {
  Bot,
  Coins,
  Database,
  Ellipsis,
  Filter,
  Headset,
  Languages,
  Layers,
  LogOut,
  Megaphone,
  MessagesSquare,
  Monitor,
  Moon,
  Settings2,
  Skull,
  Sun,
  Waypoints,
} from "lucide";
import { href, place, type SectionId } from "./place";
import { dead, first } from "./store";
import { type Key, t } from "./texts";

const ICONS: Record<SectionId, IconNode> = {
  queues: Layers,
  dead: Skull,
  data: Database,
  conversations: MessagesSquare,
  flows: Filter,
  intents: Waypoints,
  people: Headset,
  campaigns: Megaphone,
  costs: Coins,
};
const GROUPS: { title: Key; sections: SectionId[] }[] = [
  { title: "group.operate", sections: ["queues", "dead", "data"] },
  { title: "group.understand", sections: ["conversations", "flows", "intents"] },
  { title: "group.business", sections: ["people", "campaigns", "costs"] },
];
/** What a hand-held page shows without asking. */
const NEAR: readonly SectionId[] = ["queues", "dead", "conversations", "costs"];

export function Rail() {
  const open = useSignal(false);
  const far = !NEAR.includes(place.value.section);
  return (
    <nav class="rail" aria-label={t("sections")}>
      <div class="mark">
        <Mark />
        <span>Prosa</span>
      </div>
      <BotName />
      <div class="places">
        {GROUPS.map((group) => (
          <div key={group.title} class="group">
            <h2>{t(group.title)}</h2>
            <ul>
              {group.sections.map((section) => (
                <li key={section} class={NEAR.includes(section) ? "" : "wide-only"}>
                  <SectionLink section={section} />
                </li>
              ))}
            </ul>
          </div>
        ))}
        <button
          type="button"
          class="row narrow-only"
          aria-haspopup="dialog"
          aria-expanded={open.value}
          data-far={far || undefined}
          onClick={() => {
            open.value = true;
          }}
        >
          <Icon icon={Ellipsis} size={18} />
          <span class="label">{t("more")}</span>
        </button>
      </div>
      <footer class="wide-only">
        <div class="row me">
          <Avatar name={boot.user.name} id={boot.user.id} size={26} />
          <span class="who label grow">
            <span class="truncate">{boot.user.name}</span>
            <small>{t(`role.${boot.user.role}` as Key)}</small>
          </span>
          <Menu icon={Settings2} label={t("settings")} size={16}>
            <Choices />
          </Menu>
        </div>
      </footer>
      {open.value && (
        <Dialog
          title={t("sections")}
          onClose={() => {
            open.value = false;
          }}
        >
          <ul
            class="sheet"
            onClick={(event) => {
              if ((event.target as Element).closest("a")) open.value = false;
            }}
          >
            {GROUPS.flatMap((group) => group.sections).map((section) => (
              <li key={section}>
                <SectionLink section={section} />
              </li>
            ))}
          </ul>
          {first.bots.length > 1 && <BotChoice />}
          <div class="sheet-foot">
            <Avatar name={boot.user.name} id={boot.user.id} size={28} />
            <span class="grow truncate">{boot.user.name}</span>
            <Menu icon={Settings2} label={t("settings")}>
              <Choices />
            </Menu>
          </div>
        </Dialog>
      )}
    </nav>
  );
}

function SectionLink({ section }: { section: SectionId }) {
  const here = place.value.section === section;
  const stuck = section === "dead" && dead.value > 0;
  return (
    <a
      href={href(section)}
      aria-current={here ? "page" : undefined}
      title={t(`section.${section}` as Key)}
    >
      <Icon icon={ICONS[section]} size={18} />
      <span class="label">{t(`section.${section}` as Key)}</span>
      {stuck && (
        <span class="count bad">
          {compact(dead.value)}
          <span class="sr"> {t("stuck", { n: dead.value })}</span>
        </span>
      )}
    </a>
  );
}

function BotName() {
  const own = first.bot!;
  if (first.bots.length < 2)
    return (
      <p class="bot wide-only">
        <Icon icon={Bot} size={14} />
        <span class="truncate">{own.name}</span>
      </p>
    );
  return <BotChoice class="wide-only" />;
}

function BotChoice({ class: own = "" }: { class?: string }) {
  return (
    <label class={`bot ${own}`}>
      <Icon icon={Bot} size={14} />
      <span class="sr">{t("bot")}</span>
      <select
        class="field"
        value={first.bot!.token}
        onChange={(event) => {
          location.href = `${first.root}${event.currentTarget.value}/${place.value.section}${location.search}`;
        }}
      >
        {first.bots.map((bot) => (
          <option key={bot.token} value={bot.token}>
            {bot.name}
          </option>
        ))}
      </select>
    </label>
  );
}

const THEMES = [
  ["system", Monitor],
  ["light", Sun],
  ["dark", Moon],
] as const;

const Choices = () => (
  <>
    {THEMES.map(([id, icon]) => (
      <MenuItem key={id} icon={icon} checked={theme.value === id} onChoose={() => setTheme(id)}>
        {t(`theme.${id}`)}
      </MenuItem>
    ))}
    <MenuItem icon={Languages} onChoose={() => setLocale(boot.locale === "en" ? "pt-BR" : "en")}>
      {t("otherLanguage")}
    </MenuItem>
    <MenuItem icon={LogOut} onChoose={() => void signOut()}>
      {t("signOut")}
    </MenuItem>
  </>
);

async function signOut() {
  await fetch(`${first.root}signout`, { method: "POST", credentials: "same-origin" });
  location.href = first.root;
}
