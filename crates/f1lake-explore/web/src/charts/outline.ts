import { round } from "./svg";

export interface Point {
  x: number;
  y: number;
}

const STEP_DEGREES = 5;

const turn = ({ x, y }: Point, angle: number): Point => ({
  x: x * Math.cos(angle) - y * Math.sin(angle),
  y: -(x * Math.sin(angle) + y * Math.cos(angle)),
});

const span = (values: readonly number[]) => Math.max(...values) - Math.min(...values);

/** The angle at which a circuit is widest and lowest, so that it fits a wide drawing. */
export function widestAngle(points: readonly Point[]): number {
  let best = { angle: 0, ratio: 0 };
  for (let degrees = 0; degrees < 180; degrees += STEP_DEGREES) {
    const angle = (degrees * Math.PI) / 180;
    const turned = points.map((point) => turn(point, angle));
    const ratio = span(turned.map((p) => p.x)) / span(turned.map((p) => p.y));
    if (ratio > best.ratio) best = { angle, ratio };
  }
  return best.angle;
}

/** From places on a circuit to pixels of a drawing, turned to fit. */
export function fitTo(points: readonly Point[], width: number, height: number, pad: number): (point: Point) => Point {
  const angle = widestAngle(points);
  const turned = points.map((point) => turn(point, angle));
  const [xs, ys] = [turned.map((p) => p.x), turned.map((p) => p.y)];
  const scale = Math.min((width - 2 * pad) / span(xs), (height - 2 * pad) / span(ys));
  const [left, top] = [(width - span(xs) * scale) / 2, (height - span(ys) * scale) / 2];
  const [x0, y0] = [Math.min(...xs), Math.min(...ys)];
  return (point) => {
    const { x, y } = turn(point, angle);
    return { x: left + (x - x0) * scale, y: top + (y - y0) * scale };
  };
}

export function closedPath(points: readonly Point[]): string {
  return points.map((p, i) => `${i ? "L" : "M"}${round(p.x)} ${round(p.y)}`).join("") + (points.length ? "Z" : "");
}
