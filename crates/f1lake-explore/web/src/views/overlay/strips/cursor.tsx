import { useCursor } from "../../../charts/cursor";
import { round } from "../../../charts/svg";
import { difference, speedIn } from "../../../format";
import type { SpeedUnit } from "../../../format";
import { nearest } from "../data";
import type { OverlayData } from "../data";
import { LineSample } from "../slot-style";
import type { SlotStyle } from "../slot-style";
import { readingsAt } from "./readings";
import { isIn } from "./frame";
import type { Frame } from "./frame";
import type { Scales } from "./scales";

interface Props {
  data: OverlayData;
  frame: Frame;
  scales: Scales;
  styles: readonly SlotStyle[];
  unit: SpeedUnit;
}

/** The line of the cursor, and a dot on each line at the sample that is nearest to it. */
export function Cursor({ data, frame, scales, styles, unit }: Props) {
  const at = useCursor("distance");
  if (at === null || !isIn(at, frame.range)) return null;
  const x = round(frame.scale(at));
  const dots = data.laps.flatMap((lap, slot) => {
    const colour = styles[slot]?.colour ?? "var(--ink)";
    const sample = nearest(lap.samples, at);
    const delta = nearest(lap.deltas, at);
    return [
      delta &&
        scales.delta && {
          row: delta,
          y: scales.delta(delta.delta),
          colour: styles.length === 2 ? "var(--ink)" : colour,
        },
      sample?.speed != null && { row: sample, y: scales.speed(speedIn(sample.speed, unit)), colour },
      sample?.throttle != null && { row: sample, y: scales.throttle(Math.min(100, sample.throttle)), colour },
      sample?.gear != null && { row: sample, y: scales.gear(sample.gear), colour },
    ].filter((dot) => !!dot && isIn(dot.row.distance, frame.range)) as {
      row: { distance: number };
      y: number;
      colour: string;
    }[];
  });
  return (
    <>
      <line class="cur" x1={x} x2={x} y1="18" y2={frame.bottom} />
      {dots.map((dot, i) => (
        <circle
          key={i}
          cx={round(frame.scale(dot.row.distance))}
          cy={round(dot.y)}
          r="3.5"
          fill={dot.colour}
          stroke="var(--surface)"
          stroke-width="1.5"
        />
      ))}
    </>
  );
}

const AWAY_PX = 14;

/** The box of values; on a phone it stands under the strips and keeps its place. */
export function ValueBox({ data, frame, styles, unit }: Omit<Props, "scales">) {
  const at = useCursor("distance");
  const isSeen = at !== null && isIn(at, frame.range);
  if (!isSeen) return <div class="tip rest">Touch the strips for values at a place.</div>;
  const x = frame.scale(at);
  const place = x < frame.width / 2 ? { left: `${x + AWAY_PX}px` } : { right: `${frame.width - x + AWAY_PX}px` };
  const { title, laps } = readingsAt(data, styles, unit, at);
  return (
    <div class="tip" style={{ ...place, top: `${frame.speed.bottom - 92}px` }} aria-hidden="true">
      <h3>{title}</h3>
      <table>
        <tbody>
          {laps.map((lap, slot) => (
            <tr key={slot}>
              <td>
                {styles[slot] && <LineSample style={styles[slot]} />} <b>{lap.letters}</b>
              </td>
              {styles.length > 2 && <td class="num">{lap.delta === null ? "" : difference(lap.delta)}</td>}
              <td class="num">{lap.speed}</td>
              <td class="num">{lap.throttle}</td>
              <td class="num">{lap.gear}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
