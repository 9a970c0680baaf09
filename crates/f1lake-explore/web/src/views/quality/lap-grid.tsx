import { useMemo } from "preact/hooks";
import { setCursor, useCursor } from "../../charts/cursor";
import { ChartFigure } from "../../charts/figure";
import { lapTicks, linear, round, Sized, Svg } from "../../charts/svg";
import { navigate, sessionPath } from "../../router";
import { LAP_STATES } from "./lap-states";
import type { LapState } from "./lap-states";

export interface LapTelemetry {
  driver_number: number;
  name_acronym: string | null;
  lap_number: number;
  state: LapState;
  samples: number;
  located_samples: number;
  located_percent: number | null;
}

interface Props {
  laps: readonly LapTelemetry[];
  session_key: number;
}

const ROW = 12;
const LEFT = 34;
const TOP = 4;
const BOTTOM = 22;

/** Drivers down, laps across: one box a lap. */
export function LapGrid({ laps, session_key }: Props) {
  const lap = useCursor("lap");
  const [drivers, last] = useMemo(() => {
    const names = new Map(
      laps.map(({ driver_number, name_acronym }) => [driver_number, name_acronym ?? String(driver_number)]),
    );
    return [[...names], Math.max(1, ...laps.map(({ lap_number }) => lap_number))] as const;
  }, [laps]);
  const rowOf = new Map(drivers.map(([driver], row) => [driver, row]));
  const height = TOP + drivers.length * ROW + BOTTOM;
  const open = (driver: number, at: number) =>
    navigate(`${sessionPath(session_key, "laps")}?drivers=${driver}&lap=${at}`);
  const speak = (index: number) => {
    const states = laps.filter(({ lap_number }) => lap_number === index + 1).map(({ state }) => state);
    const counts = (Object.keys(LAP_STATES) as LapState[]).flatMap((state) => {
      const number = states.filter((other) => other === state).length;
      return number ? [`${number} ${LAP_STATES[state].text}`] : [];
    });
    return `Lap ${index + 1}: ${counts.join(", ")}`;
  };
  return (
    <ChartFigure
      title="Telemetry by lap"
      count={last}
      index={lap === null ? null : Math.min(last, lap) - 1}
      onMove={(index) => setCursor("lap", index + 1)}
      speak={speak}
    >
      <Sized height={height} class="lap-grid">
        {(width) => {
          const x = linear(1, last + 1, LEFT, width);
          const box = Math.max(1, round(x(2) - x(1)) - 1);
          return (
            <Svg width={width} height={height}>
              {drivers.map(([driver, name], row) => (
                <text key={driver} class="ax" x="0" y={TOP + row * ROW + 9} font-size="10">
                  {name}
                </text>
              ))}
              {laps.map((cell) => {
                const look = LAP_STATES[cell.state];
                const row = rowOf.get(cell.driver_number) ?? 0;
                return (
                  <rect
                    key={`${cell.driver_number}-${cell.lap_number}`}
                    x={round(x(cell.lap_number))}
                    y={TOP + row * ROW + (look.stroke ? 1 : 0.5)}
                    width={look.stroke ? Math.max(1, box - 1) : box}
                    height={ROW - (look.stroke ? 3 : 2)}
                    fill={look.fill}
                    stroke={look.stroke ?? "none"}
                    onClick={() => open(cell.driver_number, cell.lap_number)}
                    onPointerEnter={() => setCursor("lap", cell.lap_number)}
                  >
                    <title>{`${cell.name_acronym ?? cell.driver_number}, lap ${cell.lap_number}: ${look.text}, ${cell.samples} samples`}</title>
                  </rect>
                );
              })}
              {lap !== null && lap <= last && (
                <rect
                  x={round(x(lap)) - 1}
                  y={TOP - 1}
                  width={box + 2}
                  height={drivers.length * ROW + 1}
                  fill="none"
                  stroke="var(--ink)"
                  pointer-events="none"
                />
              )}
              {lapTicks(1, last).map((tick) => (
                <text key={tick} class="ax" x={round(x(tick) + box / 2)} y={height - 6} text-anchor="middle">
                  {tick}
                </text>
              ))}
            </Svg>
          );
        }}
      </Sized>
    </ChartFigure>
  );
}
