import assert from "node:assert/strict";
import { test } from "node:test";
import * as format from "../src/format";

const MINUS = "\u2212";
const is = (pairs) => {
  for (const [shown, expected] of pairs) assert.equal(shown, expected);
};

test("lap times carry at rounding and have three digits", () => {
  is([
    [format.lapTime(87.415), "1:27.415"],
    [format.lapTime(59.9996), "1:00.000"],
    [format.lapTime(119.9996), "2:00.000"],
    [format.lapTime(60), "1:00.000"],
    [format.lapTime(0.5), "0:00.500"],
    [format.lapTime(3725.0005), "62:05.001"],
    [format.lapTime(87.415, true), "87.415"],
    [format.lapTime(null), "not known"],
    [format.lapTime(Number.NaN), "not known"],
    [format.lapTick(87.45), "1:27.5"],
    [format.lapTick(119.96), "2:00.0"],
    [format.lapTick(90, 0), "1:30"],
  ]);
});

test("differences have a sign, and zero has none", () => {
  is([
    [format.difference(0.073), "+0.073"],
    [format.difference(-0.227), `${MINUS}0.227`],
    [format.difference(0), "0.000"],
    [format.difference(-0.0004), "0.000"],
    [format.difference(-0.0006), `${MINUS}0.001`],
    [format.difference(-3, 0), `${MINUS}3`],
    [format.difference(undefined), "not known"],
  ]);
});

test("gaps have minutes from 60 s, and laps where laps are known", () => {
  is([
    [format.gap(33.191), "+33.191"],
    [format.gap(59.9994), "+59.999"],
    [format.gap(59.9996), "+1:00.000"],
    [format.gap(60.7), "+1:00.700"],
    [format.gap(12, 1), "+1 lap"],
    [format.gap(null, 2), "+2 laps"],
    [format.gap(5, 0), "+5.000"],
    [format.gap(-0.4), `${MINUS}0.400`],
    [format.gap(null), "not known"],
  ]);
});

test("times of the session and of the wall", () => {
  const instant = Date.UTC(2024, 11, 8, 13, 38, 4);
  is([
    [format.sessionTime(2092), "0:34:52"],
    [format.sessionTime(-61), `${MINUS}0:01:01`],
    [format.sessionTime(-0.4), "0:00:00"],
    [format.wallTime(instant, "04:00:00"), "17:38"],
    [format.wallTime(instant, "-05:30:00", true), "08:08:04"],
    [format.wallTime(instant, null), "13:38"],
    [format.utcTime(instant), "2024-12-08 13:38:04 UTC"],
    [format.wallDay(Date.UTC(2024, 11, 8, 22), "04:00:00"), "Mon 9 Dec 2024"],
    [format.dayRange(Date.UTC(2024, 10, 29), Date.UTC(2024, 11, 1), null), "29 Nov–1 Dec"],
    [format.dayRange(Date.UTC(2024, 11, 6), Date.UTC(2024, 11, 8), null), "6–8 Dec"],
    [format.duration(45), "45\u00a0s"],
    [format.duration(90), "1\u00a0min 30\u00a0s"],
    [format.duration(7500), "2\u00a0h 05\u00a0min"],
  ]);
});

test("counts, shares, speeds and plurals", () => {
  is([
    [format.count(1323376), "1\u202f323\u202f376"],
    [format.count(999), "999"],
    [format.count(-1000), `${MINUS}1\u202f000`],
    [format.share(98.2), "98.2\u00a0%"],
    [format.speed(312.4, "km/h", true), "312\u00a0km/h"],
    [format.speed(312, "mph"), "194"],
    [format.seconds(23.66), "23.7\u00a0s"],
    [format.signed(-3.2, 1), `${MINUS}3.2`],
    [format.signed(-0.04, 1), "0.0"],
    [format.plural(1, "lap"), "1 lap"],
    [format.plural(0, "lap"), "0 laps"],
    [format.plural(2, "safety car"), "2 safety cars"],
  ]);
});
