/**
 * The text field of the composer. A slash offers canned replies: arrows and Enter choose, Escape
 * closes. Enter sends, Shift+Enter breaks the line; neither while an input method composes.
 */
import { arrow, folded, optionId, Options } from "@kit/combobox";
import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { CannedReply } from "./contract";
import { canned } from "./store";
import { t } from "./texts";

const LONGEST = 4096; // Meta, "Text messages"
const TALLEST = 200; // px
const OFFERED = 8;
const ASKED = /(?:^|\s)\/([^\s/]*)$/; // "e/ou" and "24/7" ask for nothing

interface Props {
  label: string;
  placeholder: string;
  value: string;
  offers: boolean; // whether a slash means anything here
  filled: (text: string) => string; // a canned reply with its blanks filled
  onValue: (text: string) => void;
  onSend: () => void;
  onFiles: ((files: FileList) => void) | undefined;
  onLeave: () => void;
}

export function Field(props: Props) {
  const { label, placeholder, value, offers, filled, onValue, onSend, onFiles, onLeave } = props;
  const area = useRef<HTMLTextAreaElement>(null);
  const at = useSignal(0);
  const declined = useSignal(""); // the text for which the offer was closed

  const wanted = offers && value !== declined.value ? ASKED.exec(value)?.[1] : undefined;
  const found = wanted === undefined ? [] : matching(wanted);
  const active = Math.min(at.value, found.length - 1);
  const offering = found.length > 0;

  // The draft may change from elsewhere: another field, a refused reply that was taken back.
  useLayoutEffect(() => {
    const node = area.current!;
    if (node.value !== value) {
      node.value = value;
      node.setSelectionRange(value.length, value.length);
    }
    node.style.height = "auto";
    node.style.height = `${Math.min(node.scrollHeight, TALLEST)}px`;
  }, [value]);
  useEffect(() => {
    if (wanted !== undefined) void canned.ask();
    at.value = 0;
  }, [wanted === undefined]);

  const choose = ({ text }: CannedReply) => {
    const before = value.slice(0, value.length - wanted!.length - 1);
    onValue(before + filled(text));
    area.current!.focus();
  };
  const pressed = (event: KeyboardEvent) => {
    if (event.isComposing) return;
    const to = offering ? arrow(event.key, active, found.length) : undefined;
    if (to !== undefined) at.value = to;
    else if (offering && (event.key === "Enter" || event.key === "Tab")) choose(found[active]!);
    else if (offering && event.key === "Escape") declined.value = value;
    else if (event.key === "Enter" && !event.shiftKey) onSend();
    else if (event.key === "Escape") {
      onLeave();
      area.current!.blur();
    } else return;
    event.preventDefault();
  };

  return (
    <div class="write-field">
      {offering && (
        <div class="canned">
          <Options
            id="canned"
            items={found}
            at={active}
            label={t("canned")}
            keyOf={(item) => item.name}
            onChoose={choose}
          >
            {({ name, text }) => (
              <>
                <b>/{name}</b>
                <span class="truncate grow">{filled(text)}</span>
              </>
            )}
          </Options>
        </div>
      )}
      <textarea
        ref={area}
        id="composer"
        rows={1}
        dir="auto"
        maxLength={LONGEST}
        placeholder={placeholder}
        aria-label={label}
        aria-autocomplete={offers ? "list" : undefined}
        aria-controls={offering ? "canned" : undefined}
        aria-activedescendant={offering ? optionId("canned", active) : undefined}
        onInput={(event) => {
          at.value = 0;
          onValue(event.currentTarget.value);
        }}
        onKeyDown={pressed}
        onPaste={(event) => {
          const files = event.clipboardData?.files;
          if (!onFiles || !files?.length) return;
          event.preventDefault();
          onFiles(files);
        }}
      />
    </div>
  );
}

/** Names that begin with it first, then those that hold it, then texts that do. */
function matching(wanted: string): CannedReply[] {
  const needle = folded(wanted);
  const rank = ({ name, text }: CannedReply) => {
    const at = folded(name).indexOf(needle);
    return at === 0 ? 0 : at > 0 ? 1 : folded(text).includes(needle) ? 2 : 3;
  };
  return canned.kept.value.items
    .map((item) => ({ item, rank: rank(item) }))
    .filter((each) => each.rank < 3)
    .sort((a, b) => a.rank - b.rank)
    .slice(0, OFFERED)
    .map((each) => each.item);
}
