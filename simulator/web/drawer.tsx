/** Beside the phones, or over them where there is no room: the traffic and the controls. */
import { Badge, IconButton } from "@kit/ui";
import { signal } from "@preact/signals";
import { X } from "lucide";
import { useEffect, useRef } from "preact/hooks";
import { Controls } from "./controls";
import { faults } from "./store";
import { t } from "./texts";
import { Traffic } from "./traffic";

const wide = matchMedia("(min-width: 1100px)");
const tabs = ["traffic", "controls"] as const;

export const drawer = signal(wide.matches);
/** Whether it lies over the phones, which then are out of reach. */
export const covers = signal(!wide.matches);
const tab = signal<(typeof tabs)[number]>("traffic");
wide.addEventListener("change", () => {
  covers.value = !wide.matches;
});

export const faultsOn = () => Object.values(faults.value).filter(Boolean).length;

const close = () => {
  drawer.value = false;
};

export function Drawer() {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (covers.peek()) box.current!.querySelector<HTMLElement>("[role=tab][tabindex='0']")!.focus();
  }, []);

  const move = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    tab.value = tabs[(tabs.indexOf(tab.value) + step + tabs.length) % tabs.length]!;
    document.getElementById(`tab-${tab.value}`)?.focus();
  };

  return (
    <div
      class="drawer"
      ref={box}
      role={covers.value ? "dialog" : "complementary"}
      aria-modal={covers.value ? true : undefined}
      aria-label={t("drawer")}
      onKeyDown={(event) => {
        if (event.key === "Escape" && covers.value) close();
      }}
    >
      <div class="tabs">
        <div role="tablist" aria-label={t("drawer")} onKeyDown={move}>
          {tabs.map((name) => (
            <button
              key={name}
              type="button"
              role="tab"
              id={`tab-${name}`}
              aria-controls="drawer-panel"
              aria-selected={tab.value === name}
              tabIndex={tab.value === name ? 0 : -1}
              onClick={() => {
                tab.value = name;
              }}
            >
              {t(name)}
              {name === "controls" && faultsOn() > 0 && <Badge tone="warn">{faultsOn()}</Badge>}
            </button>
          ))}
        </div>
        <IconButton icon={X} label={t("close")} onClick={close} />
      </div>
      <div role="tabpanel" id="drawer-panel" class="tab-panel" aria-labelledby={`tab-${tab.value}`}>
        {tab.value === "traffic" ? <Traffic /> : <Controls />}
      </div>
    </div>
  );
}
