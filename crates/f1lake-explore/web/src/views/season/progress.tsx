import { useMemo } from "preact/hooks";
import type { Band } from "../../charts/bands";
import { LineChart } from "../../charts/line-chart";
import type { LineSeries } from "../../charts/line-chart";
import { NO_COLOUR } from "../../colour";
import { Segments } from "../../components/controls";
import { Panel } from "../../components/panel";
import { State } from "../../components/state";
import { plural } from "../../format";
import { useParam } from "../../param";
import { allOf, useObjects, useView } from "../../use-view";
import { lettersOf, pointsText, queryOf } from "./competitor";
import type { Of } from "./competitor";
import { ProgressTable } from "./progress-table";
import { lastRoundOf, shortMeeting } from "./season-props";
import type { Round, SeasonProps } from "./season-props";
import { useEntrants } from "./use-entrants";
import type { Entrants } from "./use-entrants";

/** A row of sql/season_driver_progress.sql and sql/season_team_progress.sql. */
export interface ProgressRow {
  round: number;
  meeting_name: string | null;
  rounds_missing: number | null;
  competitor_id: string;
  competitor_name: string;
  race_points: number | null;
  sprint_points: number | null;
  round_points: number | null;
  points: number | null;
  position: number | null;
}

type Shown = "points" | "position";
const OF = [
  { value: "drivers", text: "Drivers" },
  { value: "teams", text: "Teams" },
] as const;
const SHOWN = [
  { value: "points", text: "Points" },
  { value: "position", text: "Position" },
] as const;
const IN_COLOUR = 6;
const HEIGHT = 360;
const HALF = 0.5;

/** Rounds that the lake lacks, joined where they follow one another. */
function gapsOf(rounds: readonly Round[], last: number): Band[] {
  const gaps: Band[] = [];
  for (const round of rounds.filter((other) => !other.is_in_lake && other.round <= last)) {
    const before = gaps.at(-1);
    if (before && before.to === round.round - HALF) before.to = round.round + HALF;
    else gaps.push({ kind: "unknown", from: round.round - HALF, to: round.round + HALF });
  }
  return gaps;
}

function linesOf(
  rows: readonly ProgressRow[],
  x: readonly number[],
  of: Of,
  shown: Shown,
  entrants: Entrants,
): LineSeries[] {
  const byRound = new Map<string, Map<number, ProgressRow>>();
  for (const row of rows) {
    const own = byRound.get(row.competitor_id) ?? new Map<number, ProgressRow>();
    byRound.set(row.competitor_id, own.set(row.round, row));
  }
  const lines = [...byRound].map(([id, own]): LineSeries & { last: number } => {
    const driver = of === "drivers" ? entrants.drivers.get(id) : undefined;
    const rounds = [...own.values()];
    return {
      key: id,
      label: lettersOf(of, id, rounds[0]?.competitor_name ?? id, entrants),
      colour: driver?.colour ?? entrants.teams.get(id) ?? NO_COLOUR,
      dash: driver?.dash,
      isHollow: driver?.isSecond,
      y: x.map((round) => own.get(round)?.[shown] ?? null),
      points: x.map((round) => (own.has(round) ? "circle" : null)),
      last: rounds.at(-1)?.points ?? 0,
    };
  });
  return lines.sort((a, b) => b.last - a.last).map(({ last, ...line }, i) => ({ ...line, isContext: i >= IN_COLOUR }));
}

/** The championship round by round; rounds that the lake lacks stay open. */
export function Progress({ season }: SeasonProps) {
  const params = { season };
  const [ofText, setOf] = useParam("of", "drivers");
  const [shownText, setShown] = useParam("show", "points");
  const of: Of = ofText === "teams" ? "teams" : "drivers";
  const name = queryOf(of, "_progress");
  const view = useView(name, params);
  const roundsView = useView("season_rounds", params);
  const rows = useObjects<ProgressRow>(view.rows);
  const rounds = useObjects<Round>(roundsView.rows);
  const entrants = useEntrants(season);
  const last = lastRoundOf(rounds);
  const hasPositions = rows.some((row) => row.position !== null);
  const shown: Shown = shownText === "position" && hasPositions ? "position" : "points";
  const inLake = rounds.filter((round) => round.is_in_lake).length;
  const x = useMemo(() => rounds.filter((round) => round.round <= last).map((round) => round.round), [rounds, last]);
  const series = useMemo(() => linesOf(rows, x, of, shown, entrants), [rows, x, of, shown, entrants]);
  const bands = useMemo(() => gapsOf(rounds, last), [rounds, last]);
  const highest = Math.max(1, ...rows.map((row) => row[shown] ?? 0));
  const rangeY = useMemo<[number, number]>(
    () => (shown === "points" ? [0, highest * 1.05] : [HALF, highest + HALF]),
    [shown, highest],
  );
  const tools = (
    <>
      <Segments<Of> label="Standings of" options={OF} value={of} onChange={setOf} />
      {hasPositions && <Segments<Shown> label="Shown" options={SHOWN} value={shown} onChange={setShown} />}
    </>
  );
  const tipTitle = (index: number) => {
    const round = rounds.find((other) => other.round === x[index]);
    return `Round ${x[index]}${round?.meeting_name ? `, ${shortMeeting(round.meeting_name)}` : ""}${round?.is_in_lake ? "" : ": not known"}`;
  };
  const chart = (
    <LineChart
      title={`${shown === "points" ? "Points" : "Position"} of the ${of} after each round`}
      x={x}
      series={series}
      height={HEIGHT}
      rangeY={rangeY}
      isReversed={shown === "position"}
      formatX={String}
      formatY={pointsText}
      formatSpan={(from, to) => plural(Math.floor(to) - Math.ceil(from) + 1, "round")}
      xLabel="Round"
      labelWidth={of === "teams" ? 84 : undefined}
      bands={bands}
      tipTitle={tipTitle}
      table={() => <ProgressTable rows={rows} of={of} entrants={entrants} />}
    />
  );
  return (
    <Panel
      class="c12"
      title="After each round"
      aside={shown === "points" ? "points; the first six in colour" : "position; the first six in colour"}
      tools={tools}
      sql={{ name, params }}
      table={rows.length ? () => <ProgressTable rows={rows} of={of} entrants={entrants} /> : undefined}
      view={allOf(view, roundsView)}
      note={
        inLake > 1 &&
        bands.length > 0 &&
        "Rounds that the lake lacks are hatched. Points after them count the rounds in the lake only; positions are not known then."
      }
    >
      {inLake > 1 ? (
        <div class="progress">{chart}</div>
      ) : (
        <State
          title={inLake ? "One round has a result" : "No round has a result"}
          text="Lines from round to round need the races of two rounds or more."
        />
      )}
    </Panel>
  );
}
