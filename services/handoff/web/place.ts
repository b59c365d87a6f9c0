/** Where the person is. The address bar is the truth: `<base><view>/<conversation>`. */
import { boot } from "@kit/boot";
import { signal } from "@preact/signals";
import type { View } from "./contract";

export const views: View[] = ["queue", "mine", "open", "bot", "closed", "all"];

interface Place {
  view: View;
  id: string | null;
}

function read(): Place {
  const [view, id] = location.pathname.slice(boot.base.length).split("/");
  return {
    view: views.includes(view as View) ? (view as View) : "queue",
    id: id ? decodeURIComponent(id) : null,
  };
}

export const place = signal(read());
addEventListener("popstate", () => {
  place.value = read();
});

export const href = (view: View, id?: string | null) =>
  `${boot.base}${view}${id ? `/${encodeURIComponent(id)}` : ""}`;

export function go(view: View, id: string | null = null, replace = false) {
  history[replace ? "replaceState" : "pushState"](null, "", href(view, id));
  place.value = { view, id };
}
