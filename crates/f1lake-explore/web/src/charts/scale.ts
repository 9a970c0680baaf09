/** One decimal is enough for a pixel and keeps paths short. */
export const round = (value: number) => Math.round(value * 10) / 10;

export interface Scale {
  (value: number): number;
  invert(pixel: number): number;
  domain: readonly [number, number];
  range: readonly [number, number];
}

/** A linear scale from values to pixels. */
export function linear(d0: number, d1: number, r0: number, r1: number): Scale {
  const span = d1 - d0 || 1;
  const scale = (value: number) => r0 + ((value - d0) / span) * (r1 - r0);
  return Object.assign(scale, {
    invert: (pixel: number) => d0 + ((pixel - r0) / (r1 - r0 || 1)) * span,
    domain: [d0, d1] as const,
    range: [r0, r1] as const,
  });
}

const STEPS = [1, 2, 5, 10];

/** Round values between two ends, in at most `most` steps. */
export function ticks(low: number, high: number, most = 8): number[] {
  if (!(high > low)) return [low];
  const raw = (high - low) / most;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = power * (STEPS.find((s) => s * power >= raw) ?? 10);
  return evenly(low, high, step);
}

/** Round laps: every lap, or each fifth, tenth and so on, in at most `most` steps. */
export function lapTicks(low: number, high: number, most = 8): number[] {
  const step = [1, 5, 10, 20, 50].find((s) => (high - low) / s <= most) ?? 100;
  return evenly(low, high, step);
}

/** Round seconds of a session: whole minutes, quarters, hours. */
export function timeTicks(low: number, high: number, most = 8): number[] {
  const step = [60, 120, 300, 600, 900, 1800, 3600, 7200].find((s) => (high - low) / s <= most) ?? 14400;
  return evenly(low, high, step);
}

function evenly(low: number, high: number, step: number): number[] {
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => Number(((first + i) * step).toFixed(10)));
}

/** Path through points; a null breaks the line. */
export function linePath(points: readonly (readonly [number, number | null] | null)[]): string {
  let path = "";
  let isDown = false;
  for (const point of points) {
    if (!point || point[1] === null) {
      isDown = false;
      continue;
    }
    path += `${isDown ? "L" : "M"}${round(point[0])} ${round(point[1])}`;
    isDown = true;
  }
  return path;
}

/** Moves labels apart until they are `gap` px from each other, between two ends. Keeps their order. */
export function spread<L extends { y: number }>(labels: readonly L[], gap: number, low: number, high: number): L[] {
  const placed = labels.map((label) => ({ ...label })).sort((a, b) => a.y - b.y);
  for (let turn = 0; turn < 60; turn++) {
    let hasMoved = false;
    for (let i = 1; i < placed.length; i++) {
      const [above, below] = [placed[i - 1]!, placed[i]!];
      const overlap = gap - (below.y - above.y);
      if (overlap <= 0.05) continue;
      above.y -= overlap / 2;
      below.y += overlap / 2;
      hasMoved = true;
    }
    for (const label of placed) label.y = Math.min(high, Math.max(low, label.y));
    if (!hasMoved) break;
  }
  return placed;
}

/** The middle of the data: ends between which the values lie, without the outermost share on both sides. */
export function middle(values: readonly (number | null)[], outside = 0.02): [number, number] {
  const known = values.filter((v): v is number => v !== null && Number.isFinite(v)).sort((a, b) => a - b);
  if (!known.length) return [0, 1];
  const at = (share: number) => known[Math.round(share * (known.length - 1))]!;
  return [at(outside), at(1 - outside)];
}
