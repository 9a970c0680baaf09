import { DataTable } from "../../components/data-table";
import { Known, NotKnown } from "../../components/unknown";
import { Competitor, pointsText } from "./competitor";
import type { Of } from "./competitor";
import type { ProgressRow } from "./progress";
import { shortMeeting } from "./season-props";
import type { Entrants } from "./use-entrants";

const HEIGHT = 420;

interface Props {
  rows: readonly ProgressRow[];
  of: Of;
  entrants: Entrants;
}

export function ProgressTable({ rows, of, entrants }: Props) {
  return (
    <DataTable
      caption={`Points of the ${of} after each round`}
      rows={rows}
      height={HEIGHT}
      columns={[
        { name: "round", head: "Round", isNumber: true, cell: (row) => row.round },
        {
          name: "meeting",
          head: "Weekend",
          isLow: true,
          cell: (row) => shortMeeting(row.meeting_name) ?? <NotKnown />,
        },
        {
          name: "competitor_name",
          head: of === "drivers" ? "Driver" : "Team",
          isRowHead: true,
          cell: (row) => <Competitor of={of} id={row.competitor_id} name={row.competitor_name} entrants={entrants} />,
        },
        {
          name: "race_points",
          head: "Race",
          isNumber: true,
          isLow: true,
          cell: (row) => row.race_points !== null && pointsText(row.race_points),
        },
        {
          name: "sprint_points",
          head: "Sprint",
          isNumber: true,
          isLow: true,
          cell: (row) => row.sprint_points !== null && pointsText(row.sprint_points),
        },
        {
          name: "round_points",
          head: "Of the round",
          isNumber: true,
          cell: (row) => row.round_points !== null && pointsText(row.round_points),
        },
        {
          name: "points",
          head: "Points",
          isNumber: true,
          cell: (row) => <Known value={row.points}>{pointsText}</Known>,
        },
        { name: "position", head: "Pos", isNumber: true, cell: (row) => <Known value={row.position}>{String}</Known> },
      ]}
    />
  );
}
