import assert from "node:assert/strict";
import { test } from "node:test";
import { complete } from "../src/views/sql/completion.ts";
import { asPython, asTabs } from "../src/views/sql/copy-as.ts";
import { guess, settle } from "../src/views/sql/chart/choice.ts";
import { repaired } from "../src/views/sql/repair.ts";
import { tokenize } from "../src/views/sql/tokens.ts";

const column = (name, type, values) => ({ name, type, value: (i) => values[i], text: (i) => String(values[i]) });
const TABLES = [
  {
    schema: "gold_analytics",
    table: "fact_laps",
    description: "Laps.",
    columns: [
      { name: "lap_number", type: "BIGINT", description: "" },
      { name: "lap_duration", type: "DOUBLE", description: "Lap time, s." },
    ],
  },
  { schema: "silver_clean", table: "silver_laps", description: "", columns: [] },
];
/** Labels at the place of | in a query. */
const labels = (marked, isAsked = false) => {
  const at = marked.indexOf("|");
  return complete(marked.replace("|", ""), at, TABLES, isAsked)?.options.map(({ label }) => label) ?? null;
};

test("a query is cut into its parts, also when a text or a comment never ends", () => {
  const kinds = (sql) => tokenize(sql).map(({ kind }) => kind);
  assert.deepEqual(kinds("select count(x), 1e5"), ["keyword", "function", "other", "name", "other", "other", "number"]);
  assert.deepEqual(kinds("'it''s' /* open"), ["text", "comment"]);
  assert.deepEqual(kinds("'open"), ["text"]);
});

test("a repair replaces names and leaves texts and comments alone", () => {
  const wrong = "select stop_duraton, 'stop_duraton' from t where x.\"stop_duraton\" > 1 -- stop_duraton";
  const right = "select stop_duration, 'stop_duraton' from t where x.stop_duration > 1 -- stop_duraton";
  assert.equal(repaired(wrong, "stop_duraton", "stop_duration"), right);
  assert.equal(
    repaired("select * from gold_analytics.fact_lap as f", "gold_analytics.fact_lap", "gold_analytics.fact_laps"),
    "select * from gold_analytics.fact_laps as f",
  );
});

test("completions follow aliases, common tables and schemas", () => {
  assert.deepEqual(labels("select l.| from fact_laps as l"), ["lap_number", "lap_duration"]);
  assert.deepEqual(labels("with x as (select 1 as foo) select fo| from x")?.slice(0, 1), ["foo"]);
  assert.deepEqual(labels("select * from gold_analytics.|"), ["fact_laps"]);
  assert.deepEqual(labels("select * from |", true), ["fact_laps", "silver_laps"]);
});

test("nothing is offered where a name is given, in texts, in comments and for a single letter", () => {
  for (const marked of [
    "select 1 as la|",
    "select 'la|",
    "-- la|",
    "select l|",
    "select lap_duration| from fact_laps",
  ]) {
    assert.equal(labels(marked), null, marked);
  }
});

test("a query survives as Python", () => {
  const python = asPython('select "a" from t -- """', "./lake");
  assert.ok(python.includes('select "a" from t -- \\"\\"\\"\n""",'));
  assert.ok(asPython("select '\\n'", "./lake").includes("select '\\\\n'"));
});

test("copied rows have one line each", () => {
  assert.equal(asTabs(["a", "b"], [["1\n2", "x\ty"]]), "a\tb\n1 2\tx y\n");
});

test("a chart is guessed from the columns", () => {
  const laps = [
    column("lap_number", "number", [1, 1, 2, 2]),
    column("driver", "text", ["VER", "PIA", "VER", "PIA"]),
    column("lap_duration", "number", [90.1, 90.2, 89.9, 90]),
  ];
  assert.deepEqual(guess(laps, 4), { kind: "lines", x: "lap_number", y: "lap_duration", by: "driver" });
  const teams = [column("team", "text", ["A", "B"]), column("points", "number", [31, 27])];
  assert.deepEqual(guess(teams, 2), { kind: "bars", x: "points", y: "team", by: "" });
  assert.equal(guess([column("name", "text", ["a"])], 1), null);
  assert.equal(guess(teams, 0), null);
});

test("a choice that the result lacks becomes the guess", () => {
  const teams = [column("team", "text", ["A", "B"]), column("points", "number", [31, 27])];
  assert.equal(settle({ x: "gone" }, teams, 2).x, "points");
  assert.equal(settle({ kind: "points" }, teams, 2).kind, "points");
});
