/** Every shortcut, and the switch for those of one letter (WCAG 2.1.4). */
import { shortcuts } from "@kit/keys";
import { Dialog, Key } from "@kit/ui";
import { Letters } from "./settings";
import { t } from "./texts";
import { closing } from "./view";

const closeDialog = closing("help");

const drawn = (key: string) => key.replace("ArrowDown", "↓").replace("ArrowUp", "↑").toUpperCase();

export function Help() {
  return (
    <Dialog title={t("shortcuts")} onClose={closeDialog}>
      <div class="form">
        <dl class="keys">
          {shortcuts.value.map(({ keys, label }) => (
            <div key={keys}>
              <dt>{label}</dt>
              <dd>
                {keys.split(", ").map((key) => (
                  <Key key={key}>{drawn(key)}</Key>
                ))}
              </dd>
            </div>
          ))}
          <div>
            <dt>{t("canned")}</dt>
            <dd>
              <Key>/</Key>
            </dd>
          </div>
        </dl>
        <Letters />
      </div>
    </Dialog>
  );
}
