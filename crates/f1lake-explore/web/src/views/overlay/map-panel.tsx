import { useMemo } from "preact/hooks";
import { overlaySql } from "../../api";
import type { LapRef } from "../../api";
import { setCursor, useCursor } from "../../charts/cursor";
import { round, Sized, Svg } from "../../charts/svg";
import { Panel } from "../../components/panel";
import { State } from "../../components/state";
import { isCut } from "./data";
import type { OverlayData } from "./data";
import { MinisectorTable } from "./minisector-table";
import { placeLabels } from "./map/labels";
import { positionsOf, trackOf } from "./map/track";
import type { Track } from "./map/track";
import { WideKeys, WideLine } from "./slot-style";
import type { SlotStyle } from "./slot-style";

const TRACK_PX = 8;
const EDGE_PX = 10;
const TICK_PX = 9;
const PAD_PX = 30;
const HEIGHT_SHARE = 0.6;
const MOST_HEIGHT = 380;
const LINES = ["Line", "S1", "S2"];

interface Props {
  laps: readonly LapRef[];
  data: OverlayData;
  styles: readonly SlotStyle[];
}

/** The circuit, each minisector in the colour of the lap that is fastest there. */
export function MapPanel({ laps, data, styles }: Props) {
  const positions = useMemo(() => positionsOf(data), [data]);
  const isCompared = isCut(data);
  const map = useMemo(
    () => <Sized>{(width) => <CircuitMap width={width} data={data} styles={styles} />}</Sized>,
    [data, styles],
  );
  return (
    <Panel
      title="Who is faster where"
      sql={() => overlaySql(laps)}
      table={isCompared ? () => <MinisectorTable data={data} styles={styles} /> : undefined}
      note={isCompared && <WideKeys styles={styles} />}
    >
      {positions.length ? (
        map
      ) : (
        <State
          title="No map of this circuit"
          text="No lap of it has enough positions. Deltas and minisectors still work."
        />
      )}
    </Panel>
  );
}

function CircuitMap({ width, data, styles }: { width: number; data: OverlayData; styles: readonly SlotStyle[] }) {
  const height = Math.min(MOST_HEIGHT, Math.round(width * HEIGHT_SHARE));
  const track = useMemo(() => trackOf(positionsOf(data), data.length, width, height, PAD_PX), [data, width, height]);
  const drawing = useMemo(() => <Drawing track={track} data={data} styles={styles} />, [track, data, styles]);
  const onPointerMove = (event: PointerEvent) => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    const scale = width / box.width;
    setCursor(
      "distance",
      track.distanceAt({ x: (event.clientX - box.left) * scale, y: (event.clientY - box.top) * scale }),
    );
  };
  return (
    <div class="map" onPointerMove={onPointerMove} onPointerLeave={() => setCursor("distance", null)}>
      <Svg width={width} height={height} label={describe(data, styles)}>
        {drawing}
        <Dot track={track} />
      </Svg>
    </div>
  );
}

function describe(data: OverlayData, styles: readonly SlotStyle[]): string {
  const parts = data.meta.minisectors;
  const won = styles.map((style, slot) => `${style.letters} ${parts.filter((part) => part.best === slot).length}`);
  return `Map of the circuit. Fastest in minisectors: ${won.join(", ")}; ${parts.filter((part) => part.best === null).length} of ${parts.length} not known`;
}

function Dot({ track }: { track: Track }) {
  const at = useCursor("distance");
  const point = at === null ? null : track.at(at);
  if (!point) return null;
  return (
    <circle cx={round(point.x)} cy={round(point.y)} r="6" fill="var(--ink)" stroke="var(--surface)" stroke-width="2" />
  );
}

function Drawing({ track, data, styles }: { track: Track; data: OverlayData; styles: readonly SlotStyle[] }) {
  const { anchors, minisectors, corners } = data.meta;
  const lines = anchors.slice(0, -1).flatMap((distance, i) => {
    const point = track.at(distance);
    return point ? [{ distance, point, text: LINES[i] ?? "", isStrong: true }] : [];
  });
  const apexes = corners.flatMap(({ number, distance, x, y }) => {
    const point = x !== null && y !== null ? track.fit({ x, y }) : track.at(distance);
    return point ? [{ distance, point, text: String(number), isStrong: false }] : [];
  });
  const labels = placeLabels(track, [...lines, ...apexes]);
  const isCompared = isCut(data);
  return (
    <>
      <path
        d={track.path(0, data.length)}
        fill="none"
        stroke="var(--line-strong)"
        stroke-width={EDGE_PX}
        stroke-linejoin="round"
      />
      {isCompared &&
        minisectors.map((part) => {
          const d = track.path(part.from + 4, part.to - 4);
          const best = part.best === null ? undefined : styles[part.best];
          return best ? (
            <WideLine key={part.from} d={d} style={best} width={TRACK_PX} />
          ) : (
            <Hatched key={part.from} d={d} />
          );
        })}
      {!isCompared && (
        <path
          d={track.path(0, data.length)}
          fill="none"
          stroke="var(--surface)"
          stroke-width={TRACK_PX}
          stroke-linejoin="round"
        />
      )}
      {lines.map(({ distance, point }) => {
        const side = track.side(distance);
        return (
          <line
            key={distance}
            x1={round(point.x - side.x * TICK_PX)}
            y1={round(point.y - side.y * TICK_PX)}
            x2={round(point.x + side.x * TICK_PX)}
            y2={round(point.y + side.y * TICK_PX)}
            stroke="var(--ink)"
            stroke-width="2.5"
          />
        );
      })}
      {labels.map((label) => (
        <text
          key={label.text}
          class={label.isStrong ? "lbl" : "ax"}
          x={round(label.x)}
          y={round(label.y) + 4}
          text-anchor="middle"
        >
          {label.text}
        </text>
      ))}
    </>
  );
}

/** A part in which the lead is below the noise. */
function Hatched({ d }: { d: string }) {
  return (
    <>
      <path d={d} fill="none" stroke="var(--surface)" stroke-width={TRACK_PX} />
      <path d={d} fill="none" stroke="var(--control)" stroke-width={TRACK_PX} stroke-dasharray="1 3" />
    </>
  );
}
