import { useState } from "preact/hooks";
import type { Frame, Range } from "./frame";

const DRAG_PX = 6;

interface Options {
  frame: Frame;
  onPoint: (distance: number | null) => void;
  onRange: (range: Range | null) => void;
}

/** Pointing moves the cursor; with a mouse, dragging selects a part of the lap to zoom to. */
export function usePointer({ frame, onPoint, onRange }: Options) {
  const [drag, setDrag] = useState<Range | null>(null);
  const distanceAt = (event: PointerEvent) => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    return frame.scale.invert(Math.min(frame.right, Math.max(frame.left, event.clientX - box.left)));
  };
  const ordered = ([a, b]: Range): Range => [Math.min(a, b), Math.max(a, b)];
  const isWide = ([a, b]: Range) => Math.abs(frame.scale(a) - frame.scale(b)) > DRAG_PX;
  const handlers = {
    onPointerDown: (event: PointerEvent) => {
      if (event.pointerType !== "mouse") return onPoint(distanceAt(event));
      if (event.button !== 0) return;
      (event.currentTarget as Element).setPointerCapture(event.pointerId);
      setDrag([distanceAt(event), distanceAt(event)]);
    },
    onPointerMove: (event: PointerEvent) => {
      const distance = distanceAt(event);
      onPoint(distance);
      if (drag) setDrag([drag[0], distance]);
    },
    onPointerUp: () => {
      if (drag && isWide(drag)) onRange(ordered(drag));
      setDrag(null);
    },
    onPointerCancel: () => setDrag(null),
    onPointerLeave: (event: PointerEvent) => !drag && event.pointerType === "mouse" && onPoint(null),
    onDblClick: () => onRange(null),
  };
  return { handlers, selection: drag && isWide(drag) ? ordered(drag) : null };
}
