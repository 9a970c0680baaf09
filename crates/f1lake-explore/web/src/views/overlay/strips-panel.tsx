import { overlaySql } from "../../api";
import type { LapRef } from "../../api";
import { Panel } from "../../components/panel";
import type { OverlayData } from "./data";
import { SamplesTable } from "./samples-table";
import type { SlotStyle } from "./slot-style";
import { Strips } from "./strips";
import type { StripsProps } from "./strips";

interface Props extends StripsProps {
  laps: readonly LapRef[];
}

function Note({ data, styles }: { data: OverlayData; styles: readonly SlotStyle[] }) {
  const [reference, other] = styles;
  if (!reference || !other) return null;
  const exact = data.meta.is_anchored_at_sectors
    ? "Squares are official sector times, exact to 1 ms."
    : "Squares are official times, exact to 1 ms; a lap without usable sector times has only the one at its end.";
  return (
    <>
      <b>Delta</b>{" "}
      {styles.length === 2
        ? `is the time of ${other.words} minus that of ${reference.words} at the same place; below zero ${other.words} is ahead. `
        : `is the time of a lap minus that of ${reference.words} at the same place; below zero the lap is ahead. `}
      {exact} The band is the noise of the telemetry, within which 19 of 20 deltas lie: where it reaches zero, nobody is
      ahead.
    </>
  );
}

export function StripsPanel({ laps, data, styles, zoom, onZoom }: Props) {
  return (
    <Panel
      title="By distance"
      aside={data.meta.is_anchored_at_sectors ? "anchored at the sector lines" : "anchored at start and end of the lap"}
      class="c8"
      tools={
        <button
          type="button"
          class={zoom ? "btn quiet" : "btn quiet lo"}
          disabled={!zoom}
          title="Show the whole lap (0)"
          onClick={() => onZoom(null)}
        >
          Zoom out
        </button>
      }
      sql={() => overlaySql(laps)}
      table={() => <SamplesTable data={data} styles={styles} />}
      note={styles.length > 1 && <Note data={data} styles={styles} />}
    >
      <Strips data={data} styles={styles} zoom={zoom} onZoom={onZoom} />
    </Panel>
  );
}
