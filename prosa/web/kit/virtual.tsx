import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

interface Props<T> {
  items: T[];
  total: number; // of the whole set: screen readers hear "3 of 5,000"
  rowHeight: number;
  label: string;
  selected: number; // index kept in view, or -1
  keyOf: (item: T) => string;
  onNearEnd: () => void;
  children: (item: T, index: number) => ComponentChildren;
  after?: ComponentChildren;
}

/** A list that renders only the rows in view. Rows have one height; each says its place in the whole set. */
export function VirtualList<T>(props: Props<T>) {
  const { items, rowHeight, selected } = props;
  const box = useRef<HTMLDivElement>(null);
  const first = useSignal(0);
  const shown = useSignal(24);

  useLayoutEffect(() => {
    const node = box.current!;
    const measure = () => {
      // equal numbers change nothing, so a scroll within a row renders nothing
      first.value = Math.max(0, Math.floor(node.scrollTop / rowHeight) - 4);
      shown.value = Math.ceil(node.clientHeight / rowHeight) + 9;
    };
    const observer = new ResizeObserver(measure);
    observer.observe(node);
    node.addEventListener("scroll", measure, { passive: true });
    return () => {
      observer.disconnect();
      node.removeEventListener("scroll", measure);
    };
  }, []);

  useLayoutEffect(() => {
    const node = box.current!;
    if (selected < 0) return;
    const top = selected * rowHeight;
    if (top < node.scrollTop) node.scrollTop = top;
    else if (top + rowHeight > node.scrollTop + node.clientHeight)
      node.scrollTop = top + rowHeight - node.clientHeight;
  }, [selected]);

  const from = Math.min(first.value, Math.max(0, items.length - shown.value));
  const last = Math.min(items.length, from + shown.value);
  if (last >= items.length - 20 && items.length < props.total) queueMicrotask(props.onNearEnd);

  return (
    <div class="virtual" ref={box}>
      <ul
        class="virtual-rows"
        aria-label={props.label}
        style={{ height: `${items.length * rowHeight}px` }}
      >
        {items.slice(from, last).map((item, i) => (
          <li
            key={props.keyOf(item)}
            aria-setsize={props.total}
            aria-posinset={from + i + 1}
            style={{
              transform: `translateY(${(from + i) * rowHeight}px)`,
              height: `${rowHeight}px`,
            }}
          >
            {props.children(item, from + i)}
          </li>
        ))}
      </ul>
      {props.after}
    </div>
  );
}
