import { DataTable } from "../../components/data-table";
import type { Column } from "../../components/data-table";
import { Segments } from "../../components/controls";
import { Panel } from "../../components/panel";
import { State } from "../../components/state";
import { Known, NotKnown } from "../../components/unknown";
import { useParam } from "../../param";
import { allOf, useObjects, useView } from "../../use-view";
import { Competitor, pointsText, queryOf } from "./competitor";
import type { Of } from "./competitor";
import { PointsBar } from "./points-bar";
import { shortMeeting } from "./season-props";
import type { Round, SeasonProps } from "./season-props";
import { useEntrants } from "./use-entrants";

interface FormRow {
  round: number;
  rounds_left: number | null;
  rounds_missing: number | null;
  competitor_id: string;
  competitor_name: string;
  points: number | null;
  position: number | null;
  positions_gained: number | null;
  points_4_before: number | null;
  points_3_before: number | null;
  points_2_before: number | null;
  points_1_before: number | null;
  points_of_round: number | null;
  points_in_lake: number | null;
  form_points: number | null;
  form_position: number | null;
  form_wins: number | null;
  form_podiums: number | null;
  most_points: number | null;
  best_possible_position: number | null;
  title_status: string | null;
}

const OF = [
  { value: "drivers", text: "Drivers" },
  { value: "teams", text: "Teams" },
] as const;
const ROUNDS = ["points_4_before", "points_3_before", "points_2_before", "points_1_before", "points_of_round"] as const;
const TITLE: Record<string, string> = { open: "open", out: "out of reach", champion: "champion" };

const zero = (value: number) => (value ? pointsText(value) : <span class="faint">0</span>);

/** Points of a round: a dash for who took no part, hatched when the lake lacks the round. */
function Points({ value, round }: { value: number | null; round: Round | undefined }) {
  if (value !== null) return zero(value);
  return round?.is_in_lake ? (
    <span class="faint">–</span>
  ) : (
    <span class="not-there" role="img" aria-label="not known" title="Not in the lake" />
  );
}

/** What the last five rounds gave. */
export function Form({ season }: SeasonProps) {
  const params = { season };
  const [text, setOf] = useParam("form", "drivers");
  const of: Of = text === "teams" ? "teams" : "drivers";
  const name = queryOf(of, "_form");
  const view = useView(name, params);
  const roundsView = useView("season_rounds", params);
  const rows = useObjects<FormRow>(view.rows);
  const rounds = useObjects<Round>(roundsView.rows);
  const entrants = useEntrants(season);
  const last = rows[0]?.round ?? 0;
  const isWhole = rows.some((row) => row.form_points !== null);
  const isKnown = rows.some((row) => row.position !== null);
  const five = ROUNDS.map((column, i) => ({ column, number: last - ROUNDS.length + 1 + i })).filter(
    ({ number }) => number >= 1,
  );
  const sumOf = (row: FormRow) => (isWhole ? row.form_points : row.points_in_lake);
  const most = Math.max(1, ...rows.map((row) => sumOf(row) ?? 0));
  const colourOf = (row: FormRow) =>
    of === "drivers" ? entrants.drivers.get(row.competitor_id)?.colour : entrants.teams.get(row.competitor_id);
  const columns: Column<FormRow>[] = [
    {
      name: "competitor_name",
      head: of === "drivers" ? "Driver" : "Team",
      isRowHead: true,
      cell: (row) => <Competitor of={of} id={row.competitor_id} name={row.competitor_name} entrants={entrants} />,
    },
    ...five.map(({ column, number }): Column<FormRow> => {
      const round = rounds.find((other) => other.round === number);
      return {
        name: column,
        head: `R${number}`,
        title: round?.meeting_name ? `Round ${number}, ${shortMeeting(round.meeting_name)}` : `Round ${number}`,
        isNumber: true,
        class: "round-points",
        cell: (row) => <Points value={row[column]} round={round} />,
      };
    }),
    {
      name: isWhole ? "form_points" : "points_in_lake",
      head: isWhole ? "Points" : "Points in the lake",
      isNumber: true,
      cell: (row) => <Known value={sumOf(row)}>{zero}</Known>,
      sortBy: sumOf,
    },
    {
      name: "bar",
      head: <span class="sr">Points as a bar</span>,
      isLow: true,
      class: "points-bar",
      cell: (row) => (
        <PointsBar
          share={(sumOf(row) ?? 0) / most}
          colour={colourOf(row)}
          isSecond={of === "drivers" && entrants.drivers.get(row.competitor_id)?.isSecond}
        />
      ),
    },
    ...(isWhole ? SUCCESS : []),
    ...(isKnown ? CHAMPIONSHIP : []),
  ];
  return (
    <Panel
      class="c12"
      title="Form"
      aside="points of the last five rounds"
      tools={<Segments<Of> label="Form of" options={OF} value={of} onChange={setOf} />}
      sql={{ name, params }}
      view={allOf(view, roundsView)}
      isFlush
      note={
        rows.length > 0 &&
        !isWhole &&
        "Rounds that the lake lacks are hatched; the sum of five rounds, wins and podiums in them are not known."
      }
    >
      {rows.length ? (
        <DataTable
          class="form-of"
          caption={`Form of the ${of}`}
          columns={columns}
          rows={rows}
          keyOf={(row) => row.competitor_id}
        />
      ) : (
        <State title="No form of this season" text="The lake has no result of a race or sprint of this season." />
      )}
    </Panel>
  );
}

const SUCCESS: readonly Column<FormRow>[] = [
  {
    name: "form_wins",
    head: "Wins",
    isNumber: true,
    isLow: true,
    cell: (row) => <Known value={row.form_wins}>{zero}</Known>,
  },
  {
    name: "form_podiums",
    head: "Podiums",
    isNumber: true,
    isLow: true,
    cell: (row) => <Known value={row.form_podiums}>{zero}</Known>,
  },
];

const CHAMPIONSHIP: readonly Column<FormRow>[] = [
  {
    name: "position",
    head: "Championship",
    isNumber: true,
    isLow: true,
    cell: (row) => <Known value={row.position}>{String}</Known>,
  },
  {
    name: "positions_gained",
    head: "Gained",
    title: "Places gained since the round before",
    isNumber: true,
    isLow: true,
    cell: (row) =>
      row.positions_gained
        ? row.positions_gained > 0
          ? `+${row.positions_gained}`
          : `\u2212${-row.positions_gained}`
        : "",
  },
  {
    name: "best_possible_position",
    head: "Can end at",
    title: "Best place that the points to come allow",
    isNumber: true,
    isLow: true,
    cell: (row) => <Known value={row.best_possible_position}>{String}</Known>,
  },
  {
    name: "title_status",
    head: "Title",
    isLow: true,
    cell: (row) => (row.title_status === null ? <NotKnown /> : TITLE[row.title_status]),
  },
];
