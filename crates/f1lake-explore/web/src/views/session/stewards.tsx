import { Segments } from "../../components/controls";
import { Panel } from "../../components/panel";
import { count } from "../../format";
import { useParam } from "../../param";
import { allOf, useView } from "../../use-view";
import type { SessionViewProps } from "../types";
import { DecisionsTable } from "./decisions-table";
import { DeletionsTable } from "./deletions-table";
import { PenaltiesTable } from "./penalties-table";

const TABLES = {
  penalties: { words: "Penalties", query: "session_penalties", Table: PenaltiesTable },
  stewards: { words: "Investigations", query: "session_decisions", Table: DecisionsTable },
  deleted: { words: "Deleted laps", query: "session_deletions", Table: DeletionsTable },
} as const;
type Name = keyof typeof TABLES;
const NAMES = Object.keys(TABLES) as Name[];

/** What the stewards did: penalties, what they looked at, deleted laps. */
export function Stewards({ session }: SessionViewProps) {
  const params = { session_key: session.session_key };
  const views = {
    penalties: useView(TABLES.penalties.query, params),
    stewards: useView(TABLES.stewards.query, params),
    deleted: useView(TABLES.deleted.query, params),
  };
  const messages = useView("session_race_control", params).rows;
  const [chosen, choose] = useParam("stewards", "");
  const view = allOf(views.penalties, views.stewards, views.deleted);
  const rows = (name: Name) => views[name].rows?.length ?? 0;
  const name = NAMES.find((other) => other === chosen) ?? NAMES.find((other) => rows(other) > 0) ?? "penalties";
  const { query, Table } = TABLES[name];
  return (
    <Panel
      class="c12"
      title="Penalties and stewards"
      tools={
        <Segments<Name>
          label="Decisions shown"
          options={NAMES.map((other) => ({ value: other, text: `${TABLES[other].words} ${count(rows(other))}` }))}
          value={name}
          onChange={choose}
        />
      }
      sql={{ name: query, params }}
      view={view}
      isFlush
      note={
        name === "penalties" &&
        "As race control announced them. Decisions after the session and fines are mostly published as documents, which OpenF1 does not have."
      }
    >
      {() =>
        messages?.length === 0 ? (
          <p class="nothing">Not known: the lake has no race control of this session.</p>
        ) : (
          views[name].rows && <Table rows={views[name].rows} session={session} />
        )
      }
    </Panel>
  );
}
