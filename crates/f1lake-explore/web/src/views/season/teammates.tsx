import { DataTable } from "../../components/data-table";
import type { Column } from "../../components/data-table";
import { Segments } from "../../components/controls";
import { Driver } from "../../components/driver";
import { Panel } from "../../components/panel";
import { State } from "../../components/state";
import { Known } from "../../components/unknown";
import { useParam } from "../../param";
import { useObjects, useView } from "../../use-view";
import { Duel } from "./duel";
import { CATEGORIES, isQualifying, QUALIFYING_COLUMNS, RACE_COLUMNS, scoreOf } from "./pairs";
import type { Category, Pair } from "./pairs";
import type { SeasonProps } from "./season-props";
import { useEntrants } from "./use-entrants";

/** Drivers of a team against each other. */
export function Teammates({ season }: SeasonProps) {
  const params = { season };
  const view = useView("season_teammates", params);
  const all = useObjects<Pair>(view.rows);
  const entrants = useEntrants(season);
  const [text, setCategory] = useParam("teammates", "Qualifying");
  const held = CATEGORIES.filter((category) => all.some((pair) => pair.session_category === category));
  const category: Category = held.find((other) => other === text) ?? held[0] ?? "Qualifying";
  const pairs = all.filter((pair) => pair.session_category === category);
  const most = Math.max(1, ...pairs.flatMap((pair) => [scoreOf(pair)[0] ?? 0, scoreOf(pair)[1] ?? 0]));
  const columns: Column<Pair>[] = [
    { name: "team_name", head: "Team", isLow: true, class: "muted", cell: (pair) => pair.team_name },
    {
      name: "name_acronym",
      head: "Driver",
      isRowHead: true,
      cell: (pair) => <Driver driver={entrants.drivers.get(pair.driver_id)} name="last" />,
    },
    {
      name: isQualifying(category) ? "qualifyings_faster" : "ahead_of_both_finished",
      head: <span class="sr">Ahead</span>,
      isNumber: true,
      class: "score",
      cell: (pair) => <Known value={scoreOf(pair)[0]}>{String}</Known>,
    },
    {
      name: "duel",
      head: <span class="sr">As bars</span>,
      isLow: true,
      class: "duel",
      cell: (pair) => (
        <Duel
          ahead={scoreOf(pair)[0]}
          behind={scoreOf(pair)[1]}
          most={most}
          colour={entrants.teams.get(pair.team_id)}
        />
      ),
    },
    {
      name: isQualifying(category) ? "qualifyings_slower" : "behind_of_both_finished",
      head: <span class="sr">Behind</span>,
      class: "score",
      cell: (pair) => <Known value={scoreOf(pair)[1]}>{String}</Known>,
    },
    {
      name: "teammate_acronym",
      head: "Teammate",
      cell: (pair) => <Driver driver={entrants.drivers.get(pair.teammate_id)} name="last" />,
    },
    ...(isQualifying(category) ? QUALIFYING_COLUMNS : RACE_COLUMNS),
  ];
  return (
    <Panel
      class="c12"
      title="Teammates"
      aside={
        isQualifying(category)
          ? "who was faster in the last part in which both have a time"
          : "who was ahead when both finished"
      }
      tools={
        held.length > 1 && (
          <Segments<Category>
            label="Kind of session"
            options={held.map((value) => ({ value, text: value }))}
            value={category}
            onChange={setCategory}
          />
        )
      }
      sql={{ name: "season_teammates", params }}
      view={view}
      isFlush
      note={
        pairs.length > 0 &&
        "Gaps are the first driver minus the teammate: below 0 the first is faster. Race pace compares the laps that both drove clean; tyres may differ."
      }
    >
      {pairs.length ? (
        <DataTable
          class="pairs"
          caption={`Teammates, ${category.toLowerCase()}`}
          columns={columns}
          rows={pairs}
          keyOf={(pair) => `${pair.team_id}/${pair.driver_id}/${pair.teammate_id}`}
        />
      ) : (
        <State
          title="No teammates to compare"
          text="The lake has no qualifying and no race of this season in which two drivers of a team ran."
        />
      )}
    </Panel>
  );
}
