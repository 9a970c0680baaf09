import { useState } from "preact/hooks";
import { viewSql } from "../../api";
import type { LapRef } from "../../api";
import { Segments } from "../../components/controls";
import { DataTable } from "../../components/data-table";
import type { Column } from "../../components/data-table";
import { Panel } from "../../components/panel";
import { Known } from "../../components/unknown";
import { difference, lapTime, sector } from "../../format";
import type { OverlayData } from "./data";
import type { SlotStyle } from "./slot-style";

interface Row {
  name: string;
  times: readonly (number | null)[];
  isLap: boolean;
}

interface Props {
  laps: readonly LapRef[];
  data: OverlayData;
  styles: readonly SlotStyle[];
}

const SHOWN = [
  { value: "times", text: "Times" },
  { value: "differences", text: "Differences" },
] as const;
type Shown = (typeof SHOWN)[number]["value"];

/** The same rows as the server reads: one query a lap, put together. */
async function lapsSql(laps: readonly LapRef[]): Promise<string> {
  const queries = laps.map((lap, slot) => viewSql("overlay_laps", { lap: slot, ...lap }));
  return `${(await Promise.all(queries)).map((query) => query.trim()).join("\nUNION ALL\n")}\nORDER BY lap\n`;
}

function rowsOf({ meta }: OverlayData): Row[] {
  const sectors = [0, 1, 2].map((i) => ({
    name: `Sector ${i + 1}`,
    times: meta.laps.map((lap) => lap.sectors[i] ?? null),
    isLap: false,
  }));
  return [...sectors, { name: "Lap", times: meta.laps.map((lap) => lap.lap_duration), isLap: true }];
}

const time = (row: Row, value: number) => (row.isLap ? lapTime(value) : sector(value));
const toFirst = ({ times }: Row, slot: number): number | null => {
  const [first, own] = [times[0] ?? null, times[slot] ?? null];
  return first === null || own === null ? null : own - first;
};

function timeCell(row: Row, slot: number) {
  const value = row.times[slot] ?? null;
  const known = row.times.filter((other) => other !== null);
  const isBest = value !== null && known.length > 1 && value === Math.min(...known);
  return <Known value={value}>{(seconds) => (isBest ? <b>{time(row, seconds)}</b> : time(row, seconds))}</Known>;
}

const differenceCell = (row: Row, slot: number) => (
  <Known value={toFirst(row, slot)}>{(value) => <b>{difference(value)}</b>}</Known>
);

/** Official times of the sectors; the least of each is bold. */
export function SectorsPanel({ laps, data, styles }: Props) {
  const [shown, setShown] = useState<Shown>("times");
  const hasChoice = styles.length > 2;
  const isDifference = hasChoice && shown === "differences";
  const columns: Column<Row>[] = [
    {
      name: "sector",
      head: <span class="sr">Part</span>,
      isRowHead: true,
      cell: (row) => (row.isLap ? <b>{row.name}</b> : row.name),
    },
    ...styles.map((style, slot) => ({
      name: `time_${slot}`,
      head: style.letters,
      isNumber: true,
      cell: (row: Row) => (isDifference && slot > 0 ? differenceCell(row, slot) : timeCell(row, slot)),
    })),
  ];
  if (styles.length === 2) {
    columns.push({ name: "difference", head: "Difference", isNumber: true, cell: (row) => differenceCell(row, 1) });
  }
  return (
    <Panel
      title="Sectors"
      aside="official, s"
      tools={hasChoice && <Segments<Shown> label="Show" options={SHOWN} value={shown} onChange={setShown} />}
      sql={() => lapsSql(laps)}
      isFlush
    >
      <DataTable caption="Sectors" class="sectors" rows={rowsOf(data)} columns={columns} />
    </Panel>
  );
}
