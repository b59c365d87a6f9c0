/**
 * A field that finds one of many: type, arrows, Enter (ARIA Authoring Practices, "combobox" with
 * list autocomplete). The list stands below the field in the page's flow, so it fits in dialogs and
 * popovers. `Options` is the list alone, for a text field that offers something while one types.
 */
import "./combobox.css";
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { t } from "./texts";
import { announce } from "./ui";

interface OptionsProps<T> {
  id: string;
  items: T[];
  at: number; // index of the active one
  label: string;
  keyOf: (item: T) => string;
  chosen?: string | undefined; // key of the one that is in force
  onChoose: (item: T) => void;
  children: (item: T) => ComponentChildren;
}

export const optionId = (list: string, at: number) => `${list}-${at}`;

export function Options<T>(props: OptionsProps<T>) {
  const { id, items, at, label, keyOf, chosen, onChoose, children } = props;
  const box = useRef<HTMLUListElement>(null);
  useEffect(() => {
    box.current?.children[at]?.scrollIntoView({ block: "nearest" });
  }, [at]);
  useEffect(() => {
    announce(items.length ? t("matches", { n: items.length }) : t("noMatch"));
  }, [items.length]);
  return (
    <ul class="options" role="listbox" id={id} aria-label={label} ref={box}>
      {items.map((item, i) => (
        <li
          key={keyOf(item)}
          id={optionId(id, i)}
          role="option"
          aria-selected={chosen === undefined ? i === at : keyOf(item) === chosen}
          class={i === at ? "active" : ""}
          onPointerDown={(event) => event.preventDefault()} // the field keeps the focus
          onClick={() => onChoose(item)}
        >
          {children(item)}
        </li>
      ))}
    </ul>
  );
}

/** Where an arrow key leads in a list of `count`; undefined for any other key. */
export function arrow(key: string, at: number, count: number): number | undefined {
  if (!count) return undefined;
  if (key === "ArrowDown") return (at + 1) % count;
  if (key === "ArrowUp") return (at - 1 + count) % count;
  return undefined;
}

/** Letters without their accents and case, so that `joao` finds João. */
export const folded = (text: string) =>
  text.normalize("NFD").replace(/\p{M}/gu, "").toLocaleLowerCase();

interface Props<T> {
  label: string;
  placeholder?: string;
  items: T[];
  keyOf: (item: T) => string;
  textOf: (item: T) => string; // what typing is compared with
  chosen?: string;
  onChoose: (item: T) => void;
  /** Where what was typed may itself be chosen. */
  onNew?: (text: string) => void;
  empty?: ComponentChildren;
  children: (item: T) => ComponentChildren;
}

export function Combobox<T>(props: Props<T>) {
  const { label, placeholder, items, keyOf, textOf, chosen, onChoose, onNew, empty } = props;
  const id = useId();
  const typed = useSignal("");
  const at = useSignal(0);
  const wanted = folded(typed.value.trim());
  const found = wanted ? items.filter((item) => folded(textOf(item)).includes(wanted)) : items;
  const active = Math.min(at.value, found.length - 1);

  const choose = (item: T) => {
    typed.value = "";
    at.value = 0;
    onChoose(item);
  };
  const pressed = (event: KeyboardEvent) => {
    if (event.isComposing) return;
    const to = arrow(event.key, active, found.length);
    if (to !== undefined) at.value = to;
    else if (event.key === "Enter") {
      const item = found[active];
      if (item) choose(item);
      else if (onNew && typed.value.trim()) {
        onNew(typed.value.trim());
        typed.value = "";
      } else return;
    } else return;
    event.preventDefault();
  };

  return (
    <div class="combobox">
      <input
        class="field"
        role="combobox"
        aria-label={label}
        aria-autocomplete="list"
        aria-expanded={found.length > 0}
        aria-controls={id}
        aria-activedescendant={found.length ? optionId(id, active) : undefined}
        placeholder={placeholder}
        autocomplete="off"
        value={typed.value}
        onInput={(event) => {
          typed.value = event.currentTarget.value;
          at.value = 0;
        }}
        onKeyDown={pressed}
      />
      {found.length > 0 ? (
        <Options
          id={id}
          items={found}
          at={active}
          label={label}
          keyOf={keyOf}
          chosen={chosen}
          onChoose={choose}
        >
          {props.children}
        </Options>
      ) : (
        <p class="none" id={id}>
          {empty ?? t("noMatch")}
        </p>
      )}
    </div>
  );
}
