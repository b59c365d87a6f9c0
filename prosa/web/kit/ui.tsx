import { signal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { connection } from "./live";
import { t } from "./texts";

export type IconNode = [tag: string, attributes: Record<string, string | number | undefined>][];

export function Icon({ icon, size = 16 }: { icon: IconNode; size?: number }) {
  return (
    <svg
      class="icon"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width={size >= 20 ? 1.75 : 2}
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      {icon.map(([Tag, attributes], i) => {
        const T = Tag as "path";
        return <T key={i} {...(attributes as object)} />;
      })}
    </svg>
  );
}

type ButtonProps = JSX.IntrinsicElements["button"] & {
  icon?: IconNode;
  kind?: "primary" | "plain" | "quiet" | "danger";
  hint?: string;
  small?: boolean;
  busy?: boolean;
};
/** `hint` is the shortcut, shown in the tooltip and told to screen readers by aria-keyshortcuts. */
export function Button({
  icon,
  kind = "plain",
  hint,
  small,
  busy,
  children,
  title,
  ...rest
}: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      class={`button ${kind} ${small ? "small" : ""} ${busy ? "busy" : ""} ${rest.class ?? ""}`}
      aria-keyshortcuts={hint?.toUpperCase()}
      aria-busy={busy}
      title={[title, hint && `(${hint.toUpperCase()})`].filter(Boolean).join(" ") || undefined}
    >
      {icon && <Icon icon={icon} />}
      {children && <span>{children}</span>}
    </button>
  );
}
export function IconButton({
  icon,
  label,
  hint,
  size = 18,
  ...rest
}: Omit<ButtonProps, "icon"> & { icon: IconNode; label: string; size?: number }) {
  return (
    <button
      type="button"
      {...rest}
      class={`icon-button ${rest.class ?? ""}`}
      aria-label={label}
      title={hint ? `${label} (${hint.toUpperCase()})` : label}
      aria-keyshortcuts={hint?.toUpperCase()}
    >
      <Icon icon={icon} size={size} />
    </button>
  );
}

const hues = 8;
/** Initials on one of eight tints, chosen by the contact's key, so a person keeps her colour. */
export function Avatar({ name, id, size = 36 }: { name: string; id: string; size?: number }) {
  let hash = 0;
  for (const c of id) hash = (hash * 31 + c.charCodeAt(0)) >>> 0;
  const words = name.trim().split(/\s+/);
  const initials = (
    (words[0]?.[0] ?? "?") + (words.length > 1 ? words.at(-1)![0] : "")
  ).toUpperCase();
  return (
    <span
      class={`avatar hue-${hash % hues}`}
      style={{ width: `${size}px`, height: `${size}px`, fontSize: `${Math.round(size * 0.38)}px` }}
      aria-hidden="true"
    >
      {initials}
    </span>
  );
}

export const Badge = ({
  tone = "neutral",
  icon,
  children,
  title,
}: {
  tone?: "neutral" | "ok" | "warn" | "bad" | "info" | "accent";
  icon?: IconNode;
  children: ComponentChildren;
  title?: string;
}) => (
  <span class={`badge ${tone}`} title={title}>
    {icon && <Icon icon={icon} size={12} />}
    {children}
  </span>
);
export const Key = ({ children }: { children: string }) => <kbd>{children}</kbd>;

export function Empty({
  icon,
  title,
  children,
}: {
  icon: IconNode;
  title: string;
  children?: ComponentChildren;
}) {
  return (
    <div class="empty">
      <Icon icon={icon} size={28} />
      <h2>{title}</h2>
      {children && <div>{children}</div>}
    </div>
  );
}
export const Skeleton = ({ rows = 6 }: { rows?: number }) => (
  <div class="skeleton" aria-hidden="true">
    {Array.from({ length: rows }, (_, i) => (
      <div key={i}>
        <i />
        <span>
          <b />
          <b />
        </span>
      </div>
    ))}
  </div>
);
export function Failure({
  title,
  detail,
  retry,
  again,
}: {
  title: string;
  detail?: string;
  retry: () => void;
  again: string;
}) {
  return (
    <div class="empty" role="alert">
      <h2>{title}</h2>
      {detail && <p>{detail}</p>}
      <Button onClick={retry}>{again}</Button>
    </div>
  );
}

export function ConnectionBanner({ connecting, offline }: { connecting: string; offline: string }) {
  const state = connection.value;
  return (
    <div class="banner-slot" role="status">
      {state !== "live" && (
        <div class={`banner ${state}`}>
          <i class="pulse" />
          {state === "offline" ? offline : connecting}
        </div>
      )}
    </div>
  );
}

const cross: IconNode = [["path", { d: "M18 6 6 18M6 6l12 12" }]];
const FIRST = ":scope > header ~ * :is(input, select, textarea, button, a)";

/** A native modal dialog: the browser traps the focus, closes on Escape and gives the focus back. */
export function Dialog({
  title,
  onClose,
  children,
  wide,
}: {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
  wide?: boolean;
}) {
  const node = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const dialog = node.current!;
    dialog.showModal();
    // The browser would choose the first button, which closes what was just opened.
    dialog.querySelector<HTMLElement>(FIRST)?.focus();
    return () => dialog.close(); // what is only removed would keep the focus it took
  }, []);
  return (
    <dialog
      ref={node}
      class={wide ? "wide" : ""}
      aria-label={title}
      onClose={onClose}
      onClick={(e) => {
        if (e.target === node.current) node.current!.close();
      }}
    >
      <header>
        <h2>{title}</h2>
        <IconButton icon={cross} label={t("close")} onClick={() => node.current!.close()} />
      </header>
      {children}
    </dialog>
  );
}

/** What screen readers hear and, if it matters to everybody, what a toast shows for six seconds. */
const announcement = signal("");
const toasts = signal<
  { id: number; text: string; tone: "ok" | "bad"; action?: { label: string; run: () => void } }[]
>([]);
let nextToast = 1;
export const announce = (text: string) => {
  announcement.value = announcement.value === text ? `${text}\u00a0` : text;
};
export function toast(
  text: string,
  tone: "ok" | "bad" = "ok",
  action?: { label: string; run: () => void },
) {
  const id = nextToast++;
  toasts.value = [...toasts.value, { id, text, tone, ...(action ? { action } : {}) }];
  setTimeout(() => {
    toasts.value = toasts.value.filter((t) => t.id !== id);
  }, 6000);
}
export const Announcer = () => (
  <>
    <div class="sr" aria-live="polite" role="status">
      {announcement.value}
    </div>
    <div class="toasts" role="status">
      {toasts.value.map((t) => (
        <div key={t.id} class={`toast ${t.tone}`}>
          {t.text}
          {t.action && (
            <button type="button" onClick={t.action.run}>
              {t.action.label}
            </button>
          )}
        </div>
      ))}
    </div>
  </>
);
