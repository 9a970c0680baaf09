import { DataTable } from "../../components/data-table";
import type { Column } from "../../components/data-table";
import { Panel } from "../../components/panel";
import { State } from "../../components/state";
import { Known } from "../../components/unknown";
import { useObjects, useView } from "../../use-view";
import { plural } from "../../format";
import { Competitor, pointsText, queryOf } from "./competitor";
import type { Of } from "./competitor";
import { PointsBar } from "./points-bar";
import { shortMeeting } from "./season-props";
import type { SeasonProps } from "./season-props";
import { useEntrants } from "./use-entrants";

interface Standing {
  round: number;
  meeting_name: string | null;
  rounds_missing: number | null;
  competitor_id: string;
  competitor_name: string;
  position: number | null;
  place_by_points: number;
  points: number | null;
  points_behind: number | null;
  points_behind_in_lake: number | null;
  wins: number | null;
  podiums: number | null;
  positions_gained: number | null;
  title_status: string | null;
  api_position: number | null;
  api_points: number | null;
}

const zero = (value: number) => (value ? pointsText(value) : <span class="faint">0</span>);

function afterWords(first: Standing | undefined): string | undefined {
  if (!first) return undefined;
  const name = shortMeeting(first.meeting_name);
  const after = `after round ${first.round}${name ? `, ${name}` : ""}`;
  return first.position === null ? `points of the rounds in the lake, ${after}` : after;
}

function noteOf(first: Standing | undefined, hasApi: boolean) {
  if (!first || first.position !== null) return undefined;
  const why =
    first.rounds_missing === null
      ? "The calendar of this season is not in the lake"
      : `${plural(first.rounds_missing, "round")} up to this one ${first.rounds_missing === 1 ? "is" : "are"} missing in the lake or not whole`;
  return `${why}: the order is by the points in it, not the championship.${hasApi ? " OpenF1 is the championship as OpenF1 predicted it during the race." : ""}`;
}

/** The championship after the last round in the lake. */
export function Standings({ season, of }: SeasonProps & { of: Of }) {
  const params = { season };
  const name = queryOf(of, "");
  const view = useView(name, params);
  const rows = useObjects<Standing>(view.rows);
  const entrants = useEntrants(season);
  const first = rows[0];
  const isKnown = first?.position != null;
  const hasApi = rows.some((row) => row.api_points !== null);
  const most = Math.max(1, ...rows.map((row) => row.points ?? 0));
  const colourOf = (row: Standing) =>
    of === "drivers" ? entrants.drivers.get(row.competitor_id)?.colour : entrants.teams.get(row.competitor_id);
  const showsApi = hasApi && !isKnown;
  const bar: Column<Standing> = {
    name: "bar",
    head: <span class="sr">Points as a bar</span>,
    isLow: true,
    class: "points-bar",
    cell: (row) => (
      <PointsBar
        share={(row.points ?? 0) / most}
        colour={colourOf(row)}
        isSecond={of === "drivers" && entrants.drivers.get(row.competitor_id)?.isSecond}
      />
    ),
  };
  const api: Column<Standing> = {
    name: "api_position api_points",
    head: "OpenF1",
    title: "Place and points as OpenF1 predicted them during the race",
    isNumber: true,
    isLow: true,
    class: "faint",
    cell: (row) => <Known value={row.api_points}>{(points) => `${row.api_position}: ${pointsText(points)}`}</Known>,
  };
  const columns: Column<Standing>[] = [
    {
      name: isKnown ? "position" : "place_by_points",
      head: isKnown ? "Pos" : "By points",
      isNumber: true,
      class: "pos",
      cell: (row) => (isKnown ? row.position : <span class="by-points">{row.place_by_points}</span>),
    },
    {
      name: "competitor_name",
      head: of === "drivers" ? "Driver" : "Team",
      isRowHead: true,
      cell: (row) => <Competitor of={of} id={row.competitor_id} name={row.competitor_name} entrants={entrants} />,
    },
    {
      name: "points",
      head: "Points",
      isNumber: true,
      cell: (row) => <Known value={row.points}>{zero}</Known>,
      sortBy: (row) => row.points,
    },
    ...(of === "drivers" || !showsApi ? [bar] : []),
    {
      name: isKnown ? "points_behind" : "points_behind_in_lake",
      head: "Behind",
      isNumber: true,
      cell: (row) => (
        <Known value={isKnown ? row.points_behind : row.points_behind_in_lake}>
          {(value) => (value ? pointsText(value) : <span class="faint">–</span>)}
        </Known>
      ),
    },
    {
      name: "wins",
      head: "Wins",
      isNumber: true,
      cell: (row) => <Known value={row.wins}>{zero}</Known>,
      sortBy: (row) => row.wins,
    },
    {
      name: "podiums",
      head: "Podiums",
      isNumber: true,
      isLow: true,
      cell: (row) => <Known value={row.podiums}>{zero}</Known>,
      sortBy: (row) => row.podiums,
    },
    ...(showsApi ? [api] : []),
  ];
  return (
    <Panel
      class={of === "drivers" ? "c7" : "c5"}
      title={of === "drivers" ? "Drivers" : "Teams"}
      aside={afterWords(first)}
      sql={{ name, params }}
      view={view}
      isFlush
      note={noteOf(first, showsApi)}
    >
      {rows.length ? (
        <DataTable
          caption={`Standings of the ${of}`}
          columns={columns}
          rows={rows}
          keyOf={(row) => row.competitor_id}
        />
      ) : (
        <State title={`No standings of the ${of}`} text="The lake has no result of a race or sprint of this season." />
      )}
    </Panel>
  );
}
