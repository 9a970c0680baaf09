import type { LineSeries } from "../line-chart";
import { middle } from "../svg";

const MARGIN = 0.06;

export function rangeOfX(x: readonly number[], pad: number): [number, number] {
  const [first = 0, last = 1] = [x[0], x.at(-1)];
  return [first - pad, Math.max(last, first + 1e-9) + pad];
}

/** Ends of the values: the middle of the lines that are not context, with some air. */
export function rangeOf(series: readonly LineSeries[]): [number, number] {
  const lines = series.some((line) => !line.isContext) ? series.filter((line) => !line.isContext) : series;
  const [low, high] = middle(
    lines.flatMap((line) => line.y),
    0.02,
  );
  const air = (high - low || Math.abs(high) || 1) * MARGIN;
  return [low - air, high + air];
}

/** Index of the value of an ascending list that is nearest. */
export function nearestIndex(values: readonly number[], value: number): number {
  let [low, high] = [0, values.length - 1];
  while (high - low > 1) {
    const half = (low + high) >> 1;
    if (values[half]! <= value) low = half;
    else high = half;
  }
  return Math.abs(values[high]! - value) < Math.abs(values[low]! - value) ? high : low;
}
