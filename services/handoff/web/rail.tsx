/** The rail: whose inbox this is, its views, and the person. On a phone it is the bar below. */
import { boot } from "@kit/boot";
import { Mark } from "@kit/mark";
import { Menu, MenuItem } from "@kit/menu";
import { Avatar, Icon } from "@kit/ui";
import { Bot, ChevronsUpDown, CircleDot, CircleOff, Keyboard, Settings2 } from "lucide";
import type { View } from "./contract";
import { icons } from "./icons";
import { go, href, place, views } from "./place";
import { available, bot, bots, counts, setAvailable } from "./store";
import { t } from "./texts";
import { dialog } from "./view";

const COUNTED: View[] = ["queue", "mine", "open"];
const NARROW: View[] = ["queue", "mine", "open"]; // the others are in the list's menu

export function Rail() {
  return (
    <nav class="rail" aria-label={t("views")}>
      <div class="mark">
        <Mark />
        <span class="truncate grow">{bot.name}</span>
        {bots.length > 1 && <Bots />}
      </div>
      <div class="places">
        <ul>
          {views.map((view) => (
            <li key={view} class={NARROW.includes(view) ? "" : "wide-only"}>
              <ViewLink view={view} />
            </li>
          ))}
        </ul>
      </div>
      <footer>
        <Availability />
        <button
          type="button"
          class="row wide-only"
          title={`${t("shortcuts")} (?)`}
          aria-keyshortcuts="?"
          onClick={() => {
            dialog.value = "help";
          }}
        >
          <Icon icon={Keyboard} size={18} />
          <span class="label">{t("shortcuts")}</span>
        </button>
        <button
          type="button"
          class="row"
          title={t("settings")}
          aria-haspopup="dialog"
          onClick={() => {
            dialog.value = "settings";
          }}
        >
          <span class={`presence ${available.value ? "" : "away"}`}>
            <Avatar name={boot.user.name} id={boot.user.id} size={26} />
          </span>
          <span class="who label truncate grow">
            {boot.user.name}
            <small>{t(`role.${boot.user.role}`)}</small>
          </span>
          <span class="label">
            <Icon icon={Settings2} />
          </span>
          <span class="sr">{t("settings")}</span>
        </button>
      </footer>
    </nav>
  );
}

function ViewLink({ view }: { view: View }) {
  const count = counts.value[view];
  return (
    <a
      href={href(view)}
      aria-current={place.value.view === view ? "page" : undefined}
      title={t(`view.${view}`)}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey) return;
        event.preventDefault();
        go(view);
      }}
    >
      <Icon icon={icons[view]} size={18} />
      <span class="label">{t(`view.${view}`)}</span>
      {COUNTED.includes(view) && count > 0 && (
        <span class={`count ${view === "queue" ? "" : "calm"}`}>
          {count > 999 ? "999+" : count}
        </span>
      )}
    </a>
  );
}

function Availability() {
  const on = available.value;
  const words = t(on ? "available" : "away");
  return (
    <button
      type="button"
      class="row wide-only availability"
      role="switch"
      aria-checked={on}
      aria-label={t("available")}
      title={t(on ? "availableMore" : "awayMore")}
      onClick={() => void setAvailable(!on)}
    >
      <Icon icon={on ? CircleDot : CircleOff} size={18} />
      <span class="label grow">{words}</span>
      <i class="knob label" aria-hidden="true" />
    </button>
  );
}

/** Each bot has an inbox of its own, at an address of its own. */
function Bots() {
  return (
    <Menu icon={ChevronsUpDown} label={t("otherInbox")} size={16}>
      {bots.map(({ token, name }) => (
        <MenuItem
          key={token}
          icon={Bot}
          checked={token === bot.token}
          onChoose={() => {
            if (token === bot.token) return;
            const above = boot.base.slice(0, boot.base.lastIndexOf("/", boot.base.length - 2) + 1);
            location.assign(`${above}${token}/`);
          }}
        >
          {name}
        </MenuItem>
      ))}
    </Menu>
  );
}
