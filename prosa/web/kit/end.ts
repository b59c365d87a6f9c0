/** Keeps a scrolled box at its end while the person is there, and counts what she misses elsewhere. */
import { signal, type Signal } from "@preact/signals";
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";

const NEAR = 32; // px: a person who is this close to the end means to be there

export interface End<E extends HTMLElement> {
  box: { current: E | null };
  missed: Signal<number>;
  atEnd: () => boolean;
  toEnd: () => void;
}

/** `count` is what grows; `held` keeps the box still although it is at its end. */
export function useEnd<E extends HTMLElement>(count: number, held = false): End<E> {
  const box = useRef<E>(null);
  const follows = useRef(true);
  const before = useRef(count);
  const missed = useMemo(() => signal(0), []);

  const toEnd = () => {
    follows.current = true;
    missed.value = 0;
    const node = box.current;
    if (node) node.scrollTop = node.scrollHeight;
  };

  useLayoutEffect(() => {
    const grown = count - before.current;
    before.current = count;
    if (follows.current && !held) toEnd();
    else if (grown > 0) missed.value += grown;
  }, [count]);

  useEffect(() => {
    const node = box.current!;
    let last = node.scrollTop;
    const scrolled = () => {
      // Only a person scrolls up. That the end moved away (a picture loaded) is no leaving.
      if (node.scrollHeight - node.scrollTop - node.clientHeight < NEAR) {
        follows.current = true;
        missed.value = 0;
      } else if (node.scrollTop < last) follows.current = false;
      last = node.scrollTop;
    };
    node.addEventListener("scroll", scrolled, { passive: true });
    // What loads late (a picture) or shrinks the box (a keyboard) must not leave the end behind.
    const observer = new ResizeObserver(() => {
      if (follows.current && !held) node.scrollTop = node.scrollHeight;
    });
    observer.observe(node);
    if (node.firstElementChild) observer.observe(node.firstElementChild);
    return () => {
      node.removeEventListener("scroll", scrolled);
      observer.disconnect();
    };
  }, [held]);

  return { box, missed, atEnd: () => follows.current, toEnd };
}
