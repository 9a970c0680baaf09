import uPlot from "uplot";
import type { LineSeries } from "../line-chart";
import { cssColour } from "../../theme";
import type { Frame } from "./frame";

const WIDTH = 1.75;
const CONTEXT_WIDTH = 1;
const POINT_PX = 4;

interface Options {
  x: readonly number[];
  series: readonly LineSeries[];
  frame: Frame;
  isReversed: boolean;
}

/** Values without a neighbour, which a line alone would not show. */
const isolated = (y: readonly (number | null)[]) => y.flatMap((value, i) => (value !== null && y[i - 1] == null && y[i + 1] == null ? [i] : []));

/** Draws the lines on a canvas; everything else of a chart is SVG around it. */
export function drawLines(host: HTMLElement, { x, series, frame, isReversed }: Options): () => void {
  const grey = cssColour("--line-strong");
  const { width, height, left, top, right, bottom, rangeX, rangeY } = frame;
  const stepped = uPlot.paths.stepped?.({ align: 1 });
  const plot = new uPlot(
    {
      width,
      height,
      padding: [top, width - right, height - bottom, left],
      legend: { show: false },
      cursor: { show: false },
      scales: {
        x: { time: false, range: () => [rangeX[0], rangeX[1]] },
        y: { range: () => [rangeY[0], rangeY[1]], dir: isReversed ? -1 : 1 },
      },
      axes: [{ show: false }, { show: false }],
      series: [
        {},
        ...series.map((line): uPlot.Series => ({
          stroke: line.isContext ? grey : line.colour,
          width: line.width ?? (line.isContext ? CONTEXT_WIDTH : WIDTH),
          dash: line.dash?.length ? [...line.dash] : undefined,
          points: line.isContext ? { show: true, size: POINT_PX, width: 0, fill: grey, filter: () => isolated(line.y) } : { show: false },
          paths: line.isStepped ? stepped : undefined,
        })),
      ],
    },
    [x, ...series.map((line) => line.y)] as uPlot.AlignedData,
    host,
  );
  return () => plot.destroy();
}
