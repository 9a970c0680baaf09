import type { JSX } from "preact";
import { EVENT_WORDS } from "./events";
import type { RibbonKind } from "./events";

const box = (pattern: string, edge: string) => (
  <svg width="14" height="10" aria-hidden="true">
    <rect width="14" height="10" fill={`url(#${pattern})`} stroke={`var(${edge})`} />
  </svg>
);

const MARKS: Partial<Record<RibbonKind, JSX.Element>> = {
  red_flag: box("p-red", "--flag-red-edge"),
  safety_car: box("p-sc", "--flag-sc-edge"),
  virtual_safety_car: box("p-vsc", "--flag-vsc-edge"),
  yellow: box("p-yellow", "--flag-yellow-edge"),
  stop: (
    <svg width="5" height="10" aria-hidden="true">
      <path d="M2.5 0v10" stroke="var(--ink)" stroke-width="1.25" opacity=".7" />
    </svg>
  ),
  retired: (
    <svg width="10" height="10" aria-hidden="true">
      <path d="M2 2l6 6m0-6-6 6" stroke="var(--bad)" stroke-width="1.75" />
    </svg>
  ),
  best_lap: (
    <svg width="10" height="10" aria-hidden="true">
      <path d="M5 0 10 5 5 10 0 5Z" fill="var(--best)" />
    </svg>
  ),
};

export function RibbonLegend({ kinds }: { kinds: readonly RibbonKind[] }) {
  return (
    <span class="legend">
      {kinds.map((kind) => (
        <span key={kind} class="key">
          {MARKS[kind]}
          {EVENT_WORDS[kind]}
        </span>
      ))}
    </span>
  );
}
