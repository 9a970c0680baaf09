import { useLayoutEffect, useRef, useState } from "preact/hooks";

const WHOLE = 150;
const EXTRA = 12;
const ROW_PX = 28;

/** The rows of a long table that are on the screen, and the room that the others take. */
export function useWindow(count: number, height: number | undefined) {
  const ref = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const [rowPx, setRowPx] = useState(ROW_PX);
  const isPartial = height !== undefined && count > WHOLE;
  const from = isPartial ? Math.max(0, Math.min(count - 1, Math.floor(top / rowPx)) - EXTRA) : 0;
  const to = isPartial ? Math.min(count, Math.ceil((top + height) / rowPx) + EXTRA) : count;

  useLayoutEffect(() => {
    if (!isPartial) return;
    const row = ref.current?.querySelector<HTMLElement>("tbody tr:not(.spacer)");
    const measured = row?.getBoundingClientRect().height ?? 0;
    if (measured > 0 && Math.abs(measured - rowPx) > 0.5) setRowPx(measured);
  });

  /** Scrolls a row into the table's own window; the page stays where it is. */
  const show = (place: number) => {
    const box = ref.current;
    if (!box || height === undefined) return;
    const head = box.querySelector("thead")?.getBoundingClientRect().height ?? 0;
    const [above, below] = [place * rowPx, (place + 1) * rowPx + head];
    if (above < box.scrollTop) box.scrollTop = above;
    else if (below > box.scrollTop + box.clientHeight) box.scrollTop = below - box.clientHeight;
  };
  return {
    ref,
    from,
    to,
    isPartial,
    /** The first row on the screen. */
    first: isPartial ? Math.min(count - 1, Math.ceil(top / rowPx)) : 0,
    before: from * rowPx,
    after: (count - to) * rowPx,
    show,
    onScroll: () => isPartial && setTop(ref.current?.scrollTop ?? 0),
  };
}
