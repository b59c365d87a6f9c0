/**
 * A button that opens a menu: arrows, Home, End and first letters move; Escape gives the focus back.
 *
 * Native `popover` closes it on Escape or a click elsewhere and keeps it above everything. The menu
 * is placed beside its button by script: CSS anchors are not in every browser that we serve.
 */
import type { ComponentChildren } from "preact";
import { useId, useRef } from "preact/hooks";
import { Icon, IconButton, type IconNode } from "./ui";

interface Props {
  icon: IconNode;
  label: string;
  children: ComponentChildren;
  size?: number;
  class?: string;
  tabIndex?: number;
  /** Which side of the button the menu prefers. */
  side?: "above" | "below";
  onKeyDown?: (event: KeyboardEvent) => void;
}

const GAP = 6;

export function Menu({ icon, label, children, size, side = "below", ...rest }: Props) {
  const id = useId();
  const menu = useRef<HTMLDivElement>(null);
  const items = () => [...menu.current!.querySelectorAll<HTMLElement>("[role^=menuitem]")];

  const place = (event: { newState: string }) => {
    const node = menu.current!;
    const button = document.querySelector<HTMLElement>(`[popovertarget="${id}"]`)!;
    const open = event.newState === "open";
    button.setAttribute("aria-expanded", String(open));
    if (!open) return;
    const at = button.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = node;
    const above = at.top - GAP - height;
    const below = at.bottom + GAP;
    const fits = side === "above" ? above >= GAP : below + height > innerHeight - GAP;
    node.style.top = `${Math.max(GAP, fits ? above : Math.min(below, innerHeight - GAP - height))}px`;
    const left = at.left + width > innerWidth - GAP ? at.right - width : at.left;
    node.style.left = `${Math.max(GAP, Math.min(left, innerWidth - GAP - width))}px`;
    items()[0]?.focus();
  };

  const move = (event: KeyboardEvent) => {
    const all = items();
    const now = all.indexOf(document.activeElement as HTMLElement);
    const letter = event.key.length === 1 ? event.key.toLocaleLowerCase() : "";
    const to =
      event.key === "ArrowDown" || event.key === "ArrowRight"
        ? (now + 1) % all.length
        : event.key === "ArrowUp" || event.key === "ArrowLeft"
          ? (now - 1 + all.length) % all.length
          : event.key === "Home"
            ? 0
            : event.key === "End"
              ? all.length - 1
              : all.findIndex((item) =>
                  item.textContent?.toLocaleLowerCase().startsWith(letter || "\n"),
                );
    if (event.key === "Tab") menu.current!.hidePopover();
    if (to < 0 || event.key === "Tab" || event.key === "Enter" || event.key === " ") return;
    event.preventDefault();
    event.stopPropagation();
    all[to]?.focus();
  };

  return (
    <>
      <IconButton
        {...rest}
        icon={icon}
        label={label}
        {...(size ? { size } : {})}
        popovertarget={id}
        aria-haspopup="menu"
        aria-expanded="false"
      />
      <div
        id={id}
        ref={menu}
        class="menu"
        popover="auto"
        role="menu"
        aria-label={label}
        onToggle={place}
        onKeyDown={move}
        onClick={(event) => {
          if ((event.target as Element).closest("[role^=menuitem]")) menu.current!.hidePopover();
        }}
      >
        {children}
      </div>
    </>
  );
}

export function MenuItem(props: {
  icon?: IconNode;
  children: ComponentChildren;
  onChoose: () => void;
  checked?: boolean;
  label?: string;
}) {
  const choice = props.checked !== undefined;
  return (
    <button
      type="button"
      role={choice ? "menuitemradio" : "menuitem"}
      aria-checked={choice ? props.checked : undefined}
      aria-label={props.label}
      tabIndex={-1}
      onClick={props.onChoose}
    >
      {props.icon && <Icon icon={props.icon} />}
      {props.children}
    </button>
  );
}
