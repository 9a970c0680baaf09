import { DataTable } from "../../components/data-table";
import { Driver } from "../../components/driver";
import { Link } from "../../components/link";
import { Panel } from "../../components/panel";
import { State } from "../../components/state";
import { NotKnown } from "../../components/unknown";
import { sessionPath } from "../../router";
import { useObjects, useView } from "../../use-view";
import { lastRoundOf, shortMeeting, stateOf } from "./season-props";
import type { Round, RoundState, SeasonProps } from "./season-props";
import { useEntrants } from "./use-entrants";

const WORDS: Record<RoundState, string> = {
  whole: "result in the lake",
  partly: "race or sprint missing in the lake",
  missing: "not in the lake",
  later: "later than the last in the lake",
};
const LEGEND: readonly RoundState[] = ["whole", "partly", "missing", "later"];

function Cell({ round, state }: { round: Round; state: RoundState }) {
  const name = shortMeeting(round.meeting_name);
  const isSprint = round.sprint_session_key !== null;
  const label = `Round ${round.round}${round.meeting_name ? `, ${round.meeting_name}` : ""}${isSprint ? ", with sprint" : ""}: ${WORDS[state]}`;
  const content = (
    <>
      <b>{round.round}</b>
      {isSprint && <i class="sprint">S</i>}
      <span>{name}</span>
      <span class="won">{round.winner}</span>
    </>
  );
  return (
    <li class={`round is-${state}`}>
      {round.is_in_lake && round.race_session_key !== null ? (
        <Link href={sessionPath(round.race_session_key)} title={label}>
          <span class="sr">Round </span>
          {content}
          <span class="sr">: {WORDS[state]}</span>
        </Link>
      ) : (
        <div title={label} role="img" aria-label={label}>
          {content}
        </div>
      )}
    </li>
  );
}

/** Which rounds of the season the lake has. */
export function Rounds({ season }: SeasonProps) {
  const params = { season };
  const view = useView("season_rounds", params);
  const rounds = useObjects<Round>(view.rows);
  const entrants = useEntrants(season);
  const last = lastRoundOf(rounds);
  const states = new Set(rounds.map((round) => stateOf(round, last)));
  const winner = (id: string | null, session: number | null) =>
    id !== null ? <Driver driver={entrants.drivers.get(id)} name="last" /> : session !== null && <NotKnown />;
  const table = () => (
    <DataTable
      caption="Rounds of the season"
      rows={rounds}
      height={420}
      columns={[
        { name: "round", head: "Round", isNumber: true, isRowHead: true, cell: (round) => round.round },
        { name: "meeting_name", head: "Weekend", cell: (round) => round.meeting_name ?? <NotKnown /> },
        { name: "state", head: "Results", cell: (round) => WORDS[stateOf(round, last)] },
        { name: "winner", head: "Race won by", cell: (round) => winner(round.winner_id, round.race_session_key) },
        {
          name: "sprint_winner",
          head: "Sprint won by",
          isLow: true,
          cell: (round) => winner(round.sprint_winner_id, round.sprint_session_key),
        },
      ]}
    />
  );
  return (
    <Panel
      class="c12"
      title="Rounds"
      aside="with the winner of the race; S is a sprint weekend"
      sql={{ name: "season_rounds", params }}
      table={rounds.length ? table : undefined}
      view={view}
    >
      {rounds.length ? (
        <>
          <ol class="rounds">
            {rounds.map((round) => (
              <Cell key={round.round} round={round} state={stateOf(round, last)} />
            ))}
          </ol>
          <p class="round-legend">
            {LEGEND.filter((state) => states.has(state)).map((state) => (
              <span key={state} class="key">
                <i class={`swatch is-${state}`} />
                {WORDS[state]}
              </span>
            ))}
          </p>
        </>
      ) : (
        <State title="No rounds of this season" text="The lake has neither its calendar nor a result of its races." />
      )}
    </Panel>
  );
}
