import { useState } from "preact/hooks";
import type { Frame } from "./frame";

const DRAG_PX = 6;

interface Options {
  frame: Frame;
  index: number | null;
  onPoint: (x: number | null) => void;
  onRange: (range: readonly [number, number] | null) => void;
  onOpen?: (index: number) => void;
}

/**
 * Pointing moves the cursor. With a mouse, dragging selects a range to zoom to and a click opens.
 * A finger leaves the cursor where it was.
 */
export function usePointer({ frame, index, onPoint, onRange, onOpen }: Options) {
  const [drag, setDrag] = useState<{ from: number; to: number } | null>(null);
  const valueAt = (event: PointerEvent) => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    const pixel = Math.min(frame.right, Math.max(frame.left, event.clientX - box.left));
    return frame.scaleX.invert(pixel);
  };
  const isWide = (range: { from: number; to: number }) =>
    Math.abs(frame.scaleX(range.to) - frame.scaleX(range.from)) > DRAG_PX;
  const handlers = {
    onPointerDown: (event: PointerEvent) => {
      if (event.pointerType !== "mouse") return onPoint(valueAt(event));
      if (event.button !== 0) return;
      (event.currentTarget as Element).setPointerCapture(event.pointerId);
      const value = valueAt(event);
      setDrag({ from: value, to: value });
    },
    onPointerMove: (event: PointerEvent) => {
      const value = valueAt(event);
      onPoint(value);
      if (drag) setDrag({ ...drag, to: value });
    },
    onPointerUp: () => {
      if (!drag) return;
      setDrag(null);
      if (isWide(drag)) onRange([Math.min(drag.from, drag.to), Math.max(drag.from, drag.to)]);
      else if (index !== null) onOpen?.(index);
    },
    onPointerCancel: () => setDrag(null),
    onPointerLeave: (event: PointerEvent) => !drag && event.pointerType === "mouse" && onPoint(null),
    onDblClick: () => onRange(null),
  };
  return { handlers, selection: drag && isWide(drag) ? drag : null };
}
