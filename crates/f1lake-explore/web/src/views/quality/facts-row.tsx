import { Facts } from "../../components/facts";
import { count, plural, share } from "../../format";
import { kindCounts } from "./checks";
import type { CheckRow } from "./checks";

export interface QualityFacts {
  checks: number;
  checked: number;
  not_checked: number;
  passed: number;
  warned: number;
  landed_rows: number;
  rescued_rows: number;
  quarantined_rows: number;
  laps: number;
  laps_with_time: number;
  samples: number;
  located_percent: number | null;
}

function aside({ rescued_rows, quarantined_rows }: QualityFacts): string {
  if (!rescued_rows && !quarantined_rows) return "none rescued or quarantined";
  return `${count(rescued_rows)} rescued, ${count(quarantined_rows)} quarantined`;
}

export function FactsRow({ facts, checks }: { facts: QualityFacts; checks: readonly CheckRow[] }) {
  return (
    <Facts
      facts={[
        {
          name: "Checks",
          value: `${count(facts.checked)} of ${count(facts.checks)}`,
          note: `${count(facts.not_checked)} had nothing to look at`,
        },
        { name: "Passed", value: count(facts.passed), note: `of ${count(facts.checked)}` },
        {
          name: "Found something",
          value: <span class={facts.warned ? "found" : undefined}>{count(facts.warned)}</span>,
          note: facts.warned ? kindCounts(checks) : "nothing is odd",
        },
        { name: "Rows landed", value: count(facts.landed_rows), note: aside(facts) },
        { name: "Laps with a time", value: count(facts.laps_with_time), note: `of ${plural(facts.laps, "lap")}` },
        {
          name: "Positions known",
          value: facts.samples ? share(facts.located_percent) : "none",
          note: facts.samples ? `of ${plural(facts.samples, "sample")}` : "there is no telemetry",
        },
      ]}
    />
  );
}
