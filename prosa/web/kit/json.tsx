/** JSON to read: indented, keys and values apart, one tap to copy. Its style is `json.css`. */
import { useSignal } from "@preact/signals";
import { Check, Copy } from "lucide";
import { t } from "./figures";
import { IconButton, announce } from "./ui";

const PARTS = /("(?:[^"\\]|\\.)*"(?=:))|("(?:[^"\\]|\\.)*")|\b(true|false|null|-?\d[\d.eE+-]*)\b/;

export function Json({ label, value }: { label: string; value: unknown }) {
  const copied = useSignal(false);
  const text = JSON.stringify(value, null, 2) ?? "";
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    copied.value = true;
    announce(t("copied"));
    setTimeout(() => {
      copied.value = false;
    }, 2000);
  };
  return (
    <figure class="json">
      <figcaption>
        {label}
        <IconButton
          icon={copied.value ? Check : Copy}
          size={14}
          label={t("copyJson")}
          onClick={() => void copy()}
        />
      </figcaption>
      <pre tabIndex={0} aria-label={label} role="region">
        {coloured(text)}
      </pre>
    </figure>
  );
}

/** split() with three groups: plain text, then key, string and literal, of which one is defined. */
function coloured(text: string) {
  return text.split(PARTS).map((part, i) => {
    if (!part || i % 4 === 0) return part;
    return <span class={["", "key", "string", "literal"][i % 4]}>{part}</span>;
  });
}
