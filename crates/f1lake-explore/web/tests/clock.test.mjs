import assert from "node:assert/strict";
import { test } from "node:test";
import { clockOf } from "../src/clock";
import { categoryOf, placeName, shortName } from "../src/session";

const START = Date.UTC(2024, 11, 8, 13);
const at = (second) => START + second * 1000;
const race = {
  session_name: "Race",
  session_type: "Race",
  date_start: new Date(START).toISOString(),
  date_end: new Date(at(7200)).toISOString(),
};
const practice = { ...race, session_name: "Practice 1", session_type: "Practice" };
const lap = (lap_number, from, to, last = to) => ({
  lap_number,
  date_start: from === null ? null : at(from),
  date_end: to === null ? null : at(to),
  date_last_end: last === null ? null : at(last),
  cars: 20,
});
const flag = (second) => ({ kind: "chequered_flag", date_start: at(second), date_end: null });

test("a race begins with its first lap and ends with its last car", () => {
  const clock = clockOf(race, [lap(1, 180, 275), lap(2, 275, 365, 400)], [flag(365)]);
  assert.equal(clock.start, at(180));
  assert.equal(clock.end, at(400));
  assert.equal(clock.seconds(at(275)), 95);
  assert.equal(clock.secondOf(2), 95);
  assert.equal(clock.secondOf(3), null);
  assert.deepEqual([-5, 0, 94.9, 95, 1e6].map(clock.lapAt), [1, 1, 1, 2, 2]);
});

test("a car that comes home long after the flag does not stretch the axis", () => {
  const clock = clockOf(race, [lap(1, 0, 90, 5000)], [flag(90)]);
  assert.equal(clock.end, at(90 + 600));
});

test("a race without laps lasts as long as it was scheduled", () => {
  const clock = clockOf(race, [], []);
  assert.deepEqual([clock.start, clock.end], [at(0), at(7200)]);
  assert.equal(clock.lapAt(10), null);
});

test("a practice has its scheduled time and no laps of the leader", () => {
  const clock = clockOf(practice, [lap(1, 60, 150)], []);
  assert.deepEqual([clock.start, clock.end, clock.laps.length], [at(0), at(7200), 0]);
});

test("a qualifying that runs late is longer, and one held on another day has its own time", () => {
  const part = (from, to) => ({ kind: "part", date_start: at(from), date_end: at(to) });
  assert.equal(clockOf(practice, [], [part(0, 9000)]).end, at(9000));
  const moved = clockOf(practice, [], [part(86_400, 90_000)]);
  assert.deepEqual([moved.start, moved.end], [at(86_400), at(90_000)]);
});

test("laps whose start is not known are left out", () => {
  const clock = clockOf(race, [lap(1, null, 90), lap(2, 90, 180)], []);
  assert.equal(clock.laps.length, 1);
  assert.equal(clock.start, at(90));
});

test("sessions have a category and a short name", () => {
  const of = (session_name, session_type = "Practice") => ({ session_name, session_type });
  const cases = [
    [of("Race", "Race"), "Race", "Race"],
    [of("Sprint", "Race"), "Sprint", "Sprint"],
    [of("Sprint Shootout", "Qualifying"), "Qualifying", "SQ"],
    [of("Sprint Qualifying", "Qualifying"), "Qualifying", "SQ"],
    [of("Qualifying", "Qualifying"), "Qualifying", "Quali"],
    [of("Practice 2"), "Practice", "FP2"],
    [of("Day 3"), "Testing", "Day 3"],
  ];
  for (const [session, category, short] of cases) {
    assert.equal(categoryOf(session), category);
    assert.equal(shortName(session), short);
  }
  assert.equal(placeName({ meeting_name: "Italian Grand Prix", country_name: "Italy" }), "Italy");
  assert.equal(placeName({ meeting_name: "Abu Dhabi Grand Prix", country_name: "UAE" }), "Abu Dhabi");
});
