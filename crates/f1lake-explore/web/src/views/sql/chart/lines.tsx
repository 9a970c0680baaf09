import { useMemo } from "preact/hooks";
import { LineChart } from "../../../charts/line-chart";
import type { LineSeries } from "../../../charts/line-chart";
import { plural } from "../../../format";
import { useShade } from "../../../theme";
import type { ResultColumn } from "../cells";
import { MOST_MARKED } from "./limits";
import { lineLook } from "./series";
import { axisText, axisTicks, nameAt, numberAt, plainText } from "./values";

interface Props {
  x: ResultColumn;
  y: ResultColumn;
  by: ResultColumn | undefined;
  length: number;
}

interface Lines {
  x: number[];
  series: LineSeries[];
  /** Rows that share their place with another one of the same series. */
  hidden: number;
  isCut: boolean;
}

function linesOf({ x, y, by, length }: Props): Lines {
  const places = [
    ...new Set(Array.from({ length }, (_, index) => numberAt(x, index)).filter((value) => value !== null)),
  ].sort((a, b) => a - b);
  const at = new Map(places.map((value, place) => [value, place]));
  const groups = new Map<string, (number | null)[]>();
  let hidden = 0;
  for (let index = 0; index < length; index++) {
    const place = at.get(numberAt(x, index) ?? NaN);
    const value = numberAt(y, index);
    if (place === undefined || value === null) continue;
    const name = nameAt(by, index);
    const values =
      groups.get(name) ??
      groups
        .set(
          name,
          places.map(() => null),
        )
        .get(name)!;
    if (values[place] === null) values[place] = value;
    else hidden += 1;
  }
  const series = [...groups].map(([name, values], place): LineSeries => ({
    key: name,
    label: name || y.name,
    y: values,
    ...lineLook(place),
    isContext: place >= MOST_MARKED,
  }));
  return { x: places, series, hidden, isCut: series.length > MOST_MARKED };
}

/** Lines of a result: one a series. */
export function Lines(props: Props) {
  const { x, y, by, length } = props;
  const shade = useShade();
  const lines = useMemo(() => linesOf(props), [x, y, by, length, shade]);
  const formatX = axisText(x, lines.x[0] ?? 0, lines.x.at(-1) ?? 1);
  const formatY = (value: number) => plainText(y, value);
  return (
    <>
      <LineChart
        title={`${y.name} by ${x.name}${by ? `, ${by.name}` : ""}`}
        x={lines.x}
        series={lines.series}
        height={360}
        formatX={formatX}
        formatY={formatY}
        ticksX={axisTicks(x)}
        tipTitle={(i) => `${x.name} ${formatX(lines.x[i] ?? 0)}`}
        labelWidth={by ? undefined : 0}
      />
      {lines.isCut && (
        <p class="faint small">
          The first {MOST_MARKED} of {plural(lines.series.length, "series", "series")} have a name; the others are grey.
        </p>
      )}
      {lines.hidden > 0 && (
        <p class="faint small">
          {plural(lines.hidden, "row")} not drawn: another of the same series has the same {x.name}.
        </p>
      )}
    </>
  );
}
