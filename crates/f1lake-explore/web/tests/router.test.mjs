import assert from "node:assert/strict";
import { test } from "node:test";
import { currentPlace, navigate, parseRoute, sessionPath } from "../src/router";

test("paths of the page have a view", () => {
  assert.deepEqual(parseRoute("/"), { view: "sessions" });
  assert.deepEqual(parseRoute("/sql"), { view: "sql" });
  assert.deepEqual(parseRoute("/season"), { view: "season", year: null });
  assert.deepEqual(parseRoute("/season/2024"), { view: "season", year: 2024 });
  assert.deepEqual(parseRoute("/session/9158"), { view: "session", session_key: 9158, tab: "overview" });
  for (const tab of ["laps", "overlay", "strategy", "quality"])
    assert.deepEqual(parseRoute(`/session/9158/${tab}`), { view: "session", session_key: 9158, tab });
});

test("other paths have none", () => {
  const others = ["/session", "/session/x", "/session/1/radio", "/session/1/laps/2", "/season/24", "/season/2024/2", "/sql/x", "/api/lake", "/session/-1", "/session/1.5"];
  for (const path of others) assert.equal(parseRoute(path).view, "unknown", path);
});

test("a path of a session leads back to it", () => {
  for (const tab of ["overview", "laps", "overlay", "strategy", "quality"])
    assert.deepEqual(parseRoute(sessionPath(7, tab)), { view: "session", session_key: 7, tab });
});

test("a place is a step of the history, or replaces the last one", () => {
  navigate("/session/1/laps?lap=3");
  assert.deepEqual(currentPlace(), { path: "/session/1/laps", search: "?lap=3" });
  const steps = history.steps.length;
  navigate("/session/1/laps?lap=4", { replace: true });
  assert.equal(history.steps.length, steps);
  assert.equal(currentPlace().search, "?lap=4");
});
