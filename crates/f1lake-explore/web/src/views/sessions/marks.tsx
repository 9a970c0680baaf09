import type { Part, Session } from "../../session";
import { partsOf } from "./filters";

const STEP = 9;

export function PartMark({ part, x }: { part: Part; x: number }) {
  const box = { x: x + 0.5, y: 0.5, width: 7, height: 9, rx: 1 };
  switch (part) {
    case "whole":
      return <rect {...box} fill="var(--ink-2)" stroke="var(--ink-2)" />;
    case "partly":
      return (
        <>
          <rect {...box} fill="none" stroke="var(--control)" />
          <rect x={x} y="5" width="8" height="5" fill="var(--ink-2)" />
        </>
      );
    case "missing":
      return <rect {...box} fill="none" stroke="var(--control)" stroke-dasharray="1.5 1.5" />;
  }
}

/** Laps, telemetry, positions, weather and race control, from the left. */
export function Marks({ session }: { session: Session }) {
  return (
    <svg width="46" height="10" aria-hidden="true">
      {partsOf(session).map((part, i) => (
        <PartMark key={i} part={part} x={i * STEP} />
      ))}
    </svg>
  );
}

const NAMES = ["laps", "telemetry", "positions", "weather", "race control"];

/** The same in words, such as "complete, 2 findings" or "telemetry missing". */
export function marksInWords(session: Session): string {
  const odd = partsOf(session).flatMap((part, i) => (part === "whole" ? [] : [`${NAMES[i]} ${part}`]));
  const findings = session.findings ? [`${session.findings} ${session.findings === 1 ? "finding" : "findings"}`] : [];
  return [...(odd.length ? odd : ["complete"]), ...findings].join(", ");
}

function LegendMark({ part }: { part: Part }) {
  return (
    <span class="key">
      <svg width="9" height="10" aria-hidden="true">
        <PartMark part={part} x={0} />
      </svg>
      {part}
    </span>
  );
}

/** The number of findings; readers hear it from `marksInWords`. */
export function Findings({ number }: { number: number }) {
  return number > 0 ? (
    <span class="fd" aria-hidden="true">
      {number}
    </span>
  ) : null;
}

export function MarksLegend() {
  return (
    <div class="lgd">
      <span>Marks from the left: laps, telemetry, positions, weather, race control</span>
      <LegendMark part="whole" />
      <LegendMark part="partly" />
      <LegendMark part="missing" />
      <span class="key">
        <Findings number={3} />
        findings
      </span>
    </div>
  );
}
