import assert from "node:assert/strict";
import { test } from "node:test";
import { lapTicks, linear, linePath, middle, spread, ticks, timeTicks } from "../src/charts/scale";

test("ticks are round, inside, and make no more steps than asked for", () => {
  for (const [make, longest] of [[ticks, 1e5], [lapTicks, 90], [timeTicks, 20_000]]) {
    for (let i = 1; i < 400; i++) {
      const [low, most] = [i * 0.7, 2 + (i % 9)];
      const high = low + longest * (i / 400) ** 2;
      const made = make(low, high, most);
      assert.ok(made.length <= most + 1, `${make.name}(${low}, ${high}, ${most}): ${made}`);
      assert.ok(made.every((tick) => tick >= low - 1e-6 && tick <= high + 1e-6));
    }
  }
  assert.deepEqual(ticks(0, 1, 5), [0, 0.2, 0.4, 0.6, 0.8, 1]);
  assert.deepEqual(lapTicks(1, 56, 6), [10, 20, 30, 40, 50]);
  assert.deepEqual(ticks(3, 3), [3]);
});

test("a scale leads to pixels and back", () => {
  const scale = linear(10, 20, 100, 300);
  assert.equal(scale(15), 200);
  assert.equal(scale.invert(200), 15);
  assert.ok(Number.isFinite(linear(5, 5, 0, 100)(5)));
});

test("no line crosses a gap", () => {
  assert.equal(linePath([[0, 1], [1, 2], [2, null], [3, 4]]), "M0 1L1 2M3 4");
  assert.equal(linePath([null, [1, 2]]), "M1 2");
});

test("labels keep their order and their distance", () => {
  const placed = spread([{ y: 10 }, { y: 11 }, { y: 12 }], 14, 0, 100).map((label) => label.y);
  assert.ok(placed[1] - placed[0] >= 13.9 && placed[2] - placed[1] >= 13.9);
});

test("the middle leaves out the outermost values, and what is no number", () => {
  assert.deepEqual(middle([null, 3, 1, 2, Number.NaN], 0), [1, 3]);
  const values = Array.from({ length: 101 }, (_, i) => i);
  assert.deepEqual(middle(values, 0.02), [2, 98]);
  assert.deepEqual(middle([], 0.02), [0, 1]);
});
