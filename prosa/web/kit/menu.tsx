/**
 * A button that opens a menu: arrows, Home, End and first letters move; Escape gives the focus back.
 *
 * Native `popover` closes it on Escape or a click elsewhere and keeps it above everything. The menu
 * is placed beside its button by script: CSS anchors are not in every browser that we serve. Its
 * items exist while it is open only, so a page may have hundreds of menus.
 */
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import { Icon, IconButton, type IconNode } from "./ui";

interface Props {
  icon: IconNode;
  label: string;
  children: ComponentChildren;
  size?: number;
  class?: string;
  tabIndex?: number;
  onKeyDown?: (event: KeyboardEvent) => void;
}

const GAP = 6; // px between button and menu, and between menu and window

export function Menu({ icon, label, children, size, ...rest }: Props) {
  const id = useId();
  const menu = useRef<HTMLDivElement>(null);
  const open = useSignal(false);
  const items = () => [...menu.current!.querySelectorAll<HTMLElement>("[role^=menuitem]")];

  useLayoutEffect(() => {
    if (!open.value) return;
    place(menu.current!, document.querySelector(`[popovertarget="${id}"]`)!);
    (items().find((item) => item.ariaChecked === "true") ?? items()[0])?.focus();
  }, [open.value]);

  const move = (event: KeyboardEvent) => {
    if (event.key === "Tab") menu.current!.hidePopover();
    const to = destination(event.key, items());
    if (!to) return;
    event.preventDefault();
    event.stopPropagation();
    to.focus();
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
        aria-expanded={open.value}
      />
      <div
        id={id}
        ref={menu}
        class={open.value ? "menu placed" : "menu"}
        popover="auto"
        role="menu"
        aria-label={label}
        onToggle={(event) => {
          open.value = event.newState === "open";
        }}
        onKeyDown={move}
        onClick={(event) => {
          if ((event.target as Element).closest("[role^=menuitem]")) menu.current!.hidePopover();
        }}
      >
        {open.value && children}
      </div>
    </>
  );
}

/** Below the button, or above it where there is more room, and always within the window. */
function place(menu: HTMLElement, button: HTMLElement) {
  const at = button.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = menu;
  const below = at.bottom + GAP;
  const top = below + height + GAP <= innerHeight ? below : at.top - GAP - height;
  const left = at.left + width + GAP <= innerWidth ? at.left : at.right - width;
  menu.style.top = `${Math.max(GAP, Math.min(top, innerHeight - height - GAP))}px`;
  menu.style.left = `${Math.max(GAP, Math.min(left, innerWidth - width - GAP))}px`;
}

function destination(key: string, items: HTMLElement[]): HTMLElement | undefined {
  const now = items.indexOf(document.activeElement as HTMLElement);
  switch (key) {
    case "ArrowDown":
    case "ArrowRight":
      return items[(now + 1) % items.length];
    case "ArrowUp":
    case "ArrowLeft":
      return items[(now - 1 + items.length) % items.length];
    case "Home":
      return items[0];
    case "End":
      return items.at(-1);
    default: {
      if (key.length !== 1 || key === " ") return undefined;
      const order = [...items.slice(now + 1), ...items.slice(0, now + 1)];
      const letter = key.toLocaleLowerCase();
      return order.find((item) => item.textContent?.trim().toLocaleLowerCase().startsWith(letter));
    }
  }
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
      title={props.label}
      tabIndex={-1}
      onClick={props.onChoose}
    >
      {props.icon && <Icon icon={props.icon} />}
      {props.children}
    </button>
  );
}
