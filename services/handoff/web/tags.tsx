/** A conversation's labels: those that the team already uses first, new ones by typing. */
import { Combobox } from "@kit/combobox";
import { Icon, IconButton } from "@kit/ui";
import { useSignal } from "@preact/signals";
import { Plus, X } from "lucide";
import type { Conversation } from "./contract";
import { knownTags, tag } from "./store";
import { t } from "./texts";

const LONGEST = 40; // characters

export function Tags({ c, fixed }: { c: Conversation; fixed: boolean }) {
  const adding = useSignal(false);
  const add = (name: string) => {
    adding.value = false;
    const wanted = name.slice(0, LONGEST);
    if (!c.tags.includes(wanted)) void tag(c, [...c.tags, wanted]);
  };
  return (
    <div class="tags">
      {c.tags.map((name) => (
        <span key={name} class="badge tag">
          {name}
          {!fixed && (
            <button
              type="button"
              aria-label={t("removeTag", { name })}
              title={t("removeTag", { name })}
              onClick={() =>
                void tag(
                  c,
                  c.tags.filter((each) => each !== name),
                )
              }
            >
              <Icon icon={X} size={12} />
            </button>
          )}
        </span>
      ))}
      {c.tags.length === 0 && !adding.value && <span class="quiet">{t("noTags")}</span>}
      {!fixed && (
        <IconButton
          icon={Plus}
          size={14}
          class="add-tag"
          label={t("addTag")}
          aria-expanded={adding.value}
          onClick={() => {
            adding.value = !adding.value;
          }}
        />
      )}
      {adding.value && (
        <div
          class="adding"
          onKeyDown={(event) => {
            if (event.key !== "Escape") return;
            event.stopPropagation();
            adding.value = false;
          }}
        >
          <Combobox
            label={t("addTag")}
            placeholder={t("tagName")}
            items={knownTags.value.filter((name) => !c.tags.includes(name))}
            keyOf={(name) => name}
            textOf={(name) => name}
            onChoose={add}
            onNew={add}
            empty={t("newTag")}
          >
            {(name) => <>{name}</>}
          </Combobox>
        </div>
      )}
    </div>
  );
}
