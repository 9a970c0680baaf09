import assert from "node:assert/strict";
import { test } from "node:test";
import { isNear, NO_COLOUR, overlayColours, placeTeams } from "../src/colour";
import { contrast, distance, parseHex, toLab } from "../src/oklch";

const GROUNDS = { light: ["#FFFFFF", "#F5F4F0", "#ECEAE3"], dark: ["#15171A", "#0E0F11", "#262A30"] };
/** The ten teams of 2024, as OpenF1 has them. */
const TEAMS = new Map([
  ["red_bull", "3671C6"],
  ["ferrari", "E80020"],
  ["mercedes", "27F4D2"],
  ["mclaren", "FF8000"],
  ["aston_martin", "229971"],
  ["alpine", "0093CC"],
  ["rb", "6692FF"],
  ["sauber", "52E252"],
  ["williams", "64C4FF"],
  ["haas", "B6BABD"],
]);
const hue = (hex) => {
  const { a, b } = toLab(parseHex(hex));
  return Math.atan2(b, a);
};

for (const shade of ["light", "dark"]) {
  test(`marks of teams stand out from every ground and from each other, ${shade}`, () => {
    const marks = [...placeTeams(TEAMS, shade)];
    assert.equal(marks.length, TEAMS.size);
    for (const [team, mark] of marks) {
      for (const ground of GROUNDS[shade]) assert.ok(contrast(mark, ground) >= 3.05, `${team} on ${ground}`);
      for (const [other, colour] of marks) assert.ok(team === other || distance(mark, colour) >= 0.08, `${team}, ${other}`);
    }
  });

  test(`a mark keeps the hue of its team, ${shade}`, () => {
    for (const [team, mark] of placeTeams(TEAMS, shade)) {
      const { a, b } = toLab(parseHex(TEAMS.get(team)));
      if (Math.hypot(a, b) < 0.03) continue;
      const turned = Math.abs(hue(mark) - hue(TEAMS.get(team)));
      assert.ok(Math.min(turned, 2 * Math.PI - turned) < 0.35, `${team}: ${mark}`);
    }
  });

  test(`the order of the rows changes no colour, ${shade}`, () => {
    const turned = new Map([...TEAMS].reverse());
    assert.deepEqual(new Map([...placeTeams(turned, shade)].sort()), new Map([...placeTeams(TEAMS, shade)].sort()));
  });
}

test("a team without a usable colour is grey", () => {
  for (const colour of [null, "", "red", "12345", "#12"]) {
    const mark = placeTeams(new Map([["a", colour]]), "light").get("a");
    assert.ok(distance(mark, NO_COLOUR) < 0.2, `${colour}: ${mark}`);
  }
});

test("the later of two near laps of an overlay is drawn in ink", () => {
  assert.equal(overlayColours(["E80020", "E80020"], "light")[1], "#17171A");
  assert.equal(overlayColours(["E80020", "E80020"], "dark")[1], "#EDEDEA");
  const apart = overlayColours(["E80020", "3671C6"], "light");
  assert.ok(!apart.includes("#17171A") && !isNear(...apart));
});

test("sight without red or green makes colours near", () => {
  assert.ok(isNear("#E80020", "#E80522"));
  assert.ok(!isNear("#000000", "#FFFFFF"));
});
