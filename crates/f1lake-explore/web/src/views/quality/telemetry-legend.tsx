import type { LapTelemetry } from "./lap-grid";
import { LAP_STATES } from "./lap-states";
import type { LapState } from "./lap-states";

/** The states that occur. */
export function TelemetryLegend({ laps }: { laps: readonly LapTelemetry[] }) {
  const seen = new Set(laps.map((lap) => lap.state));
  const states = (Object.keys(LAP_STATES) as LapState[]).filter((state) => seen.has(state));
  return (
    <span class="tel-legend">
      {states.map((state) => {
        const look = LAP_STATES[state];
        return (
          <span class="key" key={state}>
            <svg width="12" height="10" aria-hidden="true">
              <rect x="0.5" y="0.5" width="11" height="9" fill={look.fill} stroke={look.stroke ?? "none"} />
            </svg>
            {look.text}
          </span>
        );
      })}
    </span>
  );
}
