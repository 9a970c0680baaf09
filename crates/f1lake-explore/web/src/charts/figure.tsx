import type { ComponentChildren } from "preact";
import { useEffect, useId, useState } from "preact/hooks";
import { ForReaders } from "../components/data-table";

const SPEAK_MS = 150;

export interface ChartFigureProps {
  /** Name of the chart for readers: its title. */
  title: string;
  /** Number of places at which the cursor can stand. */
  count: number;
  /** Place of the cursor; null when there is none. */
  index: number | null;
  onMove: (index: number) => void;
  /** The sentence a reader hears, such as "Lap 43: PIA 1:27.415, soft, 2 laps old". */
  speak: (index: number) => string;
  /** Enter. */
  onOpen?: (index: number) => void;
  /** + and −; 0 shows all. */
  onZoom?: (step: "in" | "out" | "all") => void;
  /** The same numbers as rows, for readers; drawn when the keyboard first comes to the chart. */
  table?: () => ComponentChildren;
  class?: string;
  children: ComponentChildren;
}

/** The frame that makes a chart accessible: one tab stop, arrow keys, a live region and a hidden table. */
export function ChartFigure(props: ChartFigureProps) {
  const { title, count, index, onMove, speak, onOpen, onZoom, table, children } = props;
  const [hasKeys, setHasKeys] = useState(false);
  const [wasFocused, setWasFocused] = useState(false);
  const [spoken, setSpoken] = useState("");
  const details = useId();

  useEffect(() => {
    if (!hasKeys || index === null) return;
    const timer = setTimeout(() => setSpoken(speak(index)), SPEAK_MS);
    return () => clearTimeout(timer);
  }, [index, hasKeys]);

  const go = (to: number) => {
    setHasKeys(true);
    onMove(Math.min(count - 1, Math.max(0, to)));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target !== event.currentTarget || !count) return;
    const at = index ?? -1;
    const moves: Record<string, () => void> = {
      ArrowLeft: () => go(index === null ? count - 1 : at - 1),
      ArrowRight: () => go(at + 1),
      PageUp: () => go(at - 10),
      PageDown: () => go(at + 10),
      Home: () => go(0),
      End: () => go(count - 1),
      Enter: () => index !== null && onOpen?.(index),
      "+": () => onZoom?.("in"),
      "-": () => onZoom?.("out"),
      "0": () => onZoom?.("all"),
    };
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    move();
  };
  return (
    <div
      class={`chart-figure ${props.class ?? ""}`}
      role="figure"
      aria-label={title}
      aria-details={table && wasFocused ? details : undefined}
      tabIndex={0}
      onFocus={(event) => event.currentTarget.matches(":focus-visible") && setWasFocused(true)}
      onBlur={() => setHasKeys(false)}
      onKeyDown={onKeyDown}
    >
      {children}
      <p class="sr" aria-live="polite">
        {spoken}
      </p>
      {table && wasFocused && (
        <div class="sr" id={details}>
          <ForReaders.Provider value={true}>{table()}</ForReaders.Provider>
        </div>
      )}
    </div>
  );
}
