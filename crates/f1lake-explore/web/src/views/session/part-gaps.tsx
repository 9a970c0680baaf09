import { useMemo, useState } from "preact/hooks";
import { ChartFigure } from "../../charts/figure";
import { Sized } from "../../charts/svg";
import { DataTable } from "../../components/data-table";
import { Driver } from "../../components/driver";
import { Panel } from "../../components/panel";
import { Known } from "../../components/unknown";
import { useDriverStyle } from "../../drivers";
import { difference, lapTime } from "../../format";
import { useObjects, useView } from "../../use-view";
import type { SessionViewProps } from "../types";
import { GapsDrawing, heightOf } from "./gaps-drawing";
import { partName } from "./part-name";

/** A row of sql/session_part_times.sql. */
export interface PartTime {
  qualifying_phase: number;
  place_in_part: number | null;
  driver_number: number;
  name_acronym: string;
  best_lap_time: number | null;
  gap_to_best_s: number | null;
  gap_to_cutoff_s: number | null;
  is_advanced: boolean | null;
  best_lap_number: number | null;
  improvement_on_previous_part_s: number | null;
}

function sentence(time: PartTime, part: string): string {
  const cutoff = time.gap_to_cutoff_s === null ? "" : `, ${difference(time.gap_to_cutoff_s)} s to the cut-off`;
  return `${part}, ${time.place_in_part}: ${time.name_acronym} ${lapTime(time.best_lap_time)}, ${difference(time.gap_to_best_s)} s to the best${cutoff}`;
}

/** Gaps to the best time in each part, and where the cut-off was. */
export function PartGaps({ session }: SessionViewProps) {
  const params = { session_key: session.session_key };
  const view = useView("session_part_times", params);
  const all = useObjects<PartTime>(view.rows);
  const times = useMemo(() => all.filter((time) => time.gap_to_best_s !== null), [all]);
  const drivers = useDriverStyle(session.session_key);
  const [index, setIndex] = useState<number | null>(null);
  const nameOf = (time: PartTime) => partName(session, time.qualifying_phase);
  const table = () => (
    <DataTable
      caption="Gaps to the best time of each part"
      rows={all}
      height={420}
      columns={[
        { name: "part", head: "Part", cell: nameOf },
        {
          name: "place_in_part",
          head: "Place",
          isNumber: true,
          cell: (time) => <Known value={time.place_in_part}>{String}</Known>,
        },
        {
          name: "name_acronym",
          head: "Driver",
          isRowHead: true,
          cell: (time) => <Driver driver={drivers.get(time.driver_number)} number={time.driver_number} name="full" />,
        },
        {
          name: "best_lap_time",
          head: "Best lap",
          isNumber: true,
          cell: (time) => <Known value={time.best_lap_time}>{(value) => lapTime(value)}</Known>,
        },
        {
          name: "gap_to_best_s",
          head: "To best, s",
          isNumber: true,
          cell: (time) => <Known value={time.gap_to_best_s}>{(value) => difference(value)}</Known>,
        },
        {
          name: "gap_to_cutoff_s",
          head: "To cut-off, s",
          isNumber: true,
          cell: (time) => time.gap_to_cutoff_s !== null && difference(time.gap_to_cutoff_s),
        },
        {
          name: "improvement_on_previous_part_s",
          head: "Faster than before, s",
          isNumber: true,
          isLow: true,
          cell: (time) => time.improvement_on_previous_part_s?.toFixed(3),
        },
      ]}
    />
  );
  const shown = index === null ? undefined : times[index];
  return (
    <Panel
      class="c12"
      title="Gaps by part"
      aside="s behind the best time of the part; the line is the cut-off, an arrow lies further behind"
      sql={{ name: "session_part_times", params }}
      table={times.length ? table : undefined}
      view={view}
      isFlush
    >
      {times.length ? (
        <ChartFigure
          title="Gaps to the best time of each part"
          count={times.length}
          index={index}
          onMove={setIndex}
          speak={(at) => (times[at] ? sentence(times[at], nameOf(times[at])) : "")}
          table={table}
        >
          <Sized height={heightOf(times)}>
            {(width) => (
              <GapsDrawing
                width={width}
                times={times}
                drivers={drivers}
                shown={shown}
                nameOf={nameOf}
                onPoint={(time) => setIndex(time === null ? null : times.indexOf(time))}
              />
            )}
          </Sized>
          <p class="readout" aria-hidden="true">
            {shown ? sentence(shown, nameOf(shown)) : "\u00a0"}
          </p>
        </ChartFigure>
      ) : (
        <p class="nothing">The times of the parts are not known.</p>
      )}
    </Panel>
  );
}
