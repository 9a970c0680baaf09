import type { ComponentChildren } from "preact";
import { useMemo } from "preact/hooks";
import type { Band } from "../../charts/bands";
import { LineChart } from "../../charts/line-chart";
import { tyreName } from "../../components/tyre";
import type { DriverStyles } from "../../drivers";
import { difference, gap } from "../../format";
import { navigate, sessionPath } from "../../router";
import type { Session } from "../../session";
import { firstLap, linesOf, placeTicks, rangeOf } from "./gap-lines";
import type { Cars, Measure } from "./gap-lines";

const HEIGHT = 440;
const AXIS_PX = { gap: 40, position: 34 };
const LABEL_PX = 44;

interface Props {
  session: Session;
  cars: Cars;
  order: readonly number[];
  inColour: readonly number[];
  out: ReadonlySet<number>;
  styles: DriverStyles;
  reference: number;
  measure: Measure;
  bands: readonly Band[];
  table: () => ComponentChildren;
}

const gapTick = (value: number) => difference(value, 0);
const placeTick = (value: number) => String(value);
const lapTick = (value: number) => (value ? String(value) : "Grid");

export function GapChart({ session, cars, order, inColour, out, styles, reference, measure, bands, table }: Props) {
  const from = firstLap(measure);
  const x = useMemo(() => Array.from({ length: cars.laps + 1 - from }, (_, i) => i + from), [cars, from]);
  const lines = useMemo(() => linesOf({ cars, inColour, order, out, styles, measure }), [cars, inColour, order, out, styles, measure]);
  const rangeY = useMemo(() => rangeOf(lines, measure, cars.byNumber.size), [lines, measure, cars]);
  const isGap = measure === "gap";
  const letters = styles.get(reference)?.name_acronym ?? String(reference);

  const cellsOf = (number: number, index: number): string[] => {
    const car = cars.byNumber.get(number);
    const lap = index + from;
    const [place, seconds, tyre] = [car?.position[lap] ?? null, car?.gap[lap] ?? null, car?.tyres[lap] ?? null];
    const figures = [seconds === null ? "" : number === reference ? difference(0) : gap(seconds), place === null ? "" : `P${place}`];
    return [...(isGap ? figures : figures.reverse()), tyre ? `pits, ${tyreName(tyre)}` : ""].filter(Boolean);
  };
  const tip = (index: number) =>
    lines
      .filter((line) => !line.isContext && line.y[index] != null)
      .sort((a, b) => (a.y[index] ?? 0) - (b.y[index] ?? 0))
      .map((line) => ({ key: line.key, cells: cellsOf(Number(line.key), index) }));
  const open = (index: number) =>
    navigate(`${sessionPath(session.session_key, "laps")}?drivers=${inColour.join(",")}&lap=${Math.max(1, index + from)}`);
  return (
    <>
      <p class="unit">{isGap ? "s behind" : "Place"}</p>
      <LineChart
        key={measure}
        title={isGap ? `Gap to ${letters} by lap` : "Position by lap"}
        x={x}
        series={lines}
        height={HEIGHT}
        rangeY={rangeY}
        isReversed
        cursor="lap"
        xLabel="Lap"
        axisWidth={AXIS_PX[measure]}
        labelWidth={LABEL_PX}
        formatX={lapTick}
        formatY={isGap ? gapTick : placeTick}
        ticksY={isGap ? undefined : placeTicks}
        bands={bands}
        tipTitle={(index) => (index + from ? `Lap ${index + from}` : "Grid")}
        tip={tip}
        onOpen={open}
        table={table}
      />
    </>
  );
}
