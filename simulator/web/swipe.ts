/** A swipe to the right by touch, as WhatsApp takes it for "reply". Keyboards have the menu. */

const ENOUGH = 56; // px, about a thumb's width

interface Swipes {
  onPointerDown: (event: PointerEvent) => void;
  onPointerMove: (event: PointerEvent) => void;
  onPointerUp: (event: PointerEvent) => void;
  onPointerCancel: (event: PointerEvent) => void;
}

export function swipes(done: () => void): Swipes {
  let from: number | undefined;
  const moved = (event: PointerEvent) =>
    from === undefined ? 0 : Math.max(0, Math.min(event.clientX - from, ENOUGH * 1.4));
  const show = (event: PointerEvent, px: number) => {
    const node = event.currentTarget as HTMLElement;
    node.style.transform = px ? `translateX(${px}px)` : "";
  };
  const end = (event: PointerEvent) => {
    show(event, 0);
    from = undefined;
  };
  return {
    onPointerDown(event) {
      const own = (event.target as Element).closest("input, video, dialog"); // these slide themselves
      if (event.pointerType === "touch" && !own) from = event.clientX;
    },
    onPointerMove(event) {
      if (from !== undefined) show(event, moved(event));
    },
    onPointerUp(event) {
      const enough = moved(event) >= ENOUGH;
      end(event);
      if (enough) done();
    },
    onPointerCancel: end,
  };
}
