import { AxisX, CarDot, linear, round, Svg, ticks } from "../../charts/svg";
import type { Scale } from "../../charts/svg";
import type { DriverStyles } from "../../drivers";
import { lapTime } from "../../format";
import type { PartTime } from "./part-gaps";

const LANE = 58;
const AXIS = 22;
const LEFT = 14;
const RIGHT = 40;
const DOT_R = 5;
const LETTERS_PX = 26;
const TICK_PX = 90;
/** Times further behind than this share of the slowest cut-off lie at the edge. */
const BEYOND = 1.9;

const partsOf = (times: readonly PartTime[]) => [...new Set(times.map((time) => time.qualifying_phase))];

export const heightOf = (times: readonly PartTime[]) => partsOf(times).length * LANE + AXIS;

/** The gap of the cut-off to the best of the part: of the slowest car that advanced. */
function cutoffOf(times: readonly PartTime[]): PartTime | undefined {
  return times.findLast((time) => time.gap_to_cutoff_s !== null && time.gap_to_cutoff_s <= 0);
}

function highest(times: readonly PartTime[]): number {
  const all = Math.max(0.1, ...times.map((time) => time.gap_to_best_s ?? 0));
  const cutoffs = partsOf(times).flatMap(
    (part) => cutoffOf(times.filter((time) => time.qualifying_phase === part))?.gap_to_best_s ?? [],
  );
  return cutoffs.length ? Math.min(all, Math.max(...cutoffs) * BEYOND) : all;
}

interface Props {
  width: number;
  times: readonly PartTime[];
  drivers: DriverStyles;
  shown: PartTime | undefined;
  nameOf: (time: PartTime) => string;
  onPoint: (time: PartTime | null) => void;
}

interface LaneProps extends Omit<Props, "times"> {
  times: readonly PartTime[];
  scale: Scale;
  top: number;
}

/** Which letters have room: the shown driver first, then from the fastest on. */
function namedOf(times: readonly PartTime[], scale: Scale, shown: PartTime | undefined): ReadonlySet<PartTime> {
  const ordered = shown && times.includes(shown) ? [shown, ...times] : times;
  const named = new Set<PartTime>();
  const places: number[] = [];
  for (const time of ordered) {
    const x = Math.min(scale.range[1], scale(time.gap_to_best_s ?? 0));
    if (named.has(time) || places.some((place) => Math.abs(place - x) < LETTERS_PX)) continue;
    places.push(x);
    named.add(time);
  }
  return named;
}

function Lane({ times, scale, top, width, drivers, shown, nameOf, onPoint }: LaneProps) {
  const cutoff = cutoffOf(times);
  const named = namedOf(times, scale, shown);
  const middle = top + 38;
  const edge = scale.range[1];
  const x = (time: PartTime) => Math.min(edge, scale(time.gap_to_best_s ?? 0));
  const first = times[0];
  return (
    <g>
      {cutoff && (
        <>
          <rect
            x={round(x(cutoff))}
            y={top + 14}
            width={round(width - x(cutoff))}
            height={LANE - 20}
            fill="var(--hover)"
          />
          <path d={`M${round(x(cutoff))} ${top + 14}v${LANE - 20}`} stroke="var(--ink)" stroke-width="1.25" />
          <text x={round(x(cutoff)) + 4} y={top + 11} class="ax-t">
            {lapTime(cutoff.best_lap_time)} {cutoff.name_acronym}
          </text>
        </>
      )}
      <path class="gl" d={`M0 ${top + LANE - 0.5}H${width}`} />
      <text x={LEFT} y={top + 11} class="ax-t" font-weight="600">
        {first && nameOf(first)}
      </text>
      <text x={LEFT + 30} y={top + 11} class="ax-t">
        {first && lapTime(first.best_lap_time)}
      </text>
      {times.map((time) => {
        const style = drivers.get(time.driver_number);
        return (
          <g key={time.driver_number} onPointerEnter={() => onPoint(time)}>
            {time === shown && <circle cx={round(x(time))} cy={middle + 4} r="9" fill="none" stroke="var(--ink)" />}
            {scale(time.gap_to_best_s ?? 0) > edge ? (
              <path
                d={`M${round(edge - 3)} ${middle - 1}l6 5-6 5`}
                fill="none"
                stroke={style?.colour ?? "var(--control)"}
                stroke-width="2"
              />
            ) : (
              <CarDot
                x={x(time)}
                y={middle + 4}
                r={DOT_R}
                colour={style?.colour ?? "var(--control)"}
                isSecond={style?.isSecond ?? false}
              />
            )}
            {named.has(time) && (
              <text
                x={round(x(time))}
                y={middle - 8}
                text-anchor="middle"
                class={time === shown ? "lbl" : "lbl is-context"}
              >
                {time.name_acronym}
              </text>
            )}
          </g>
        );
      })}
    </g>
  );
}

/** A lane for each part, a dot for each driver, and the cut-off as a line. */
export function GapsDrawing(props: Props) {
  const { width, times, onPoint } = props;
  const scale = linear(0, highest(times), LEFT + DOT_R, width - RIGHT);
  const parts = partsOf(times);
  const bottom = parts.length * LANE;
  return (
    <div onPointerLeave={() => onPoint(null)}>
      <Svg width={width} height={bottom + AXIS}>
        {parts.map((part, i) => (
          <Lane
            key={part}
            {...props}
            times={times.filter((time) => time.qualifying_phase === part)}
            scale={scale}
            top={i * LANE}
          />
        ))}
        <AxisX
          scale={scale}
          ticks={ticks(0, scale.domain[1], Math.min(8, Math.floor(width / TICK_PX)))}
          format={(value) => (value === 0 ? "0" : `+${value}`)}
          y={bottom + 15}
        />
      </Svg>
    </div>
  );
}
