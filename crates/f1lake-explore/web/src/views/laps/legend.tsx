import { Tyre, tyreName } from "../../components/tyre";
import type { LapGrid } from "./grid";

const COMPOUNDS = ["SOFT", "MEDIUM", "HARD", "INTERMEDIATE", "WET"];

const title = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);

/** Marks and line kinds of the lap chart. */
export function Legend({ grid, clean }: { grid: LapGrid | null; clean: string }) {
  const seen = new Set(grid?.compound);
  return (
    <span class="lap-legend">
      {COMPOUNDS.filter((compound) => seen.has(compound)).map((compound) => (
        <span key={compound} class="key"><Tyre compound={compound} size={16} />{title(tyreName(compound))}</span>
      ))}
      <span class="key"><svg width="22" height="10" aria-hidden="true"><path d="M0 5h22" stroke="var(--ink-2)" stroke-width="1.75" /><circle cx="11" cy="5" r="2.6" fill="var(--ink-2)" /></svg>first car of a team</span>
      <span class="key"><svg width="22" height="10" aria-hidden="true"><path d="M0 5h22" stroke="var(--ink-2)" stroke-width="1.75" stroke-dasharray="5 3" /><circle cx="11" cy="5" r="2.6" fill="var(--surface)" stroke="var(--ink-2)" stroke-width="1.25" /></svg>second car</span>
      <span>{clean}</span>
    </span>
  );
}
