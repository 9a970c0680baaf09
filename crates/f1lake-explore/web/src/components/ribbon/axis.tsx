import { lapTicks, round, timeTicks } from "../../charts/svg";
import { sessionTime } from "../../format";
import { BOTTOM } from "./props";
import type { RibbonProps } from "./props";

const LAP_TICK_PX = 46;
const TIME_TICK_PX = 90;

/** One tick for each lap of the leader; numbers at round laps. */
export function LapAxis({ width, scale, clock }: RibbonProps) {
  const last = clock.laps.at(-1)?.lap_number ?? 1;
  const named = new Set([1, ...lapTicks(1, last, Math.max(2, Math.floor(width / LAP_TICK_PX)))]);
  return (
    <>
      {clock.laps.map((lap) => {
        const x = round(scale(clock.seconds(lap.date_start ?? clock.start)));
        const isNamed = named.has(lap.lap_number);
        return (
          <g key={lap.lap_number}>
            <line
              x1={x}
              x2={x}
              y1={BOTTOM}
              y2={BOTTOM + (isNamed ? 5 : 3)}
              stroke={isNamed ? "var(--control)" : "var(--line-strong)"}
            />
            {isNamed && (
              <text x={x} y={BOTTOM + 15} text-anchor="middle" class="ax">
                {lap.lap_number}
              </text>
            )}
          </g>
        );
      })}
    </>
  );
}

/** Hours and minutes since the start. */
export function TimeAxis({ width, scale, clock }: RibbonProps) {
  const last = clock.seconds(clock.end);
  return (
    <>
      {timeTicks(0, last, Math.max(2, Math.floor(width / TIME_TICK_PX))).map((second) => (
        <g key={second}>
          <line
            x1={round(scale(second))}
            x2={round(scale(second))}
            y1={BOTTOM}
            y2={BOTTOM + 5}
            stroke="var(--control)"
          />
          <text x={round(scale(second))} y={BOTTOM + 15} text-anchor={second === 0 ? "start" : "middle"} class="ax">
            {sessionTime(second).slice(0, -3)}
          </text>
        </g>
      ))}
    </>
  );
}
