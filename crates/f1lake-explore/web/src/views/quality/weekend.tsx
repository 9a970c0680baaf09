import type { ComponentChildren } from "preact";
import { DataTable } from "../../components/data-table";
import type { Column } from "../../components/data-table";
import { Link } from "../../components/link";
import { Panel } from "../../components/panel";
import { count } from "../../format";
import { sessionPath } from "../../router";
import { shortName, useSessions } from "../../session";
import { useObjects, useView } from "../../use-view";
import type { ViewState } from "../../use-view";
import { checkTitle } from "./checks";
import type { CheckRow } from "./checks";

interface WeekendCheck extends Pick<CheckRow, "check_name" | "description" | "status" | "odd" | "looked_at"> {
  session_key: number;
  session_name: string;
}

interface Line {
  check_name: string;
  description: string;
  sessions: ReadonlyMap<number, WeekendCheck>;
}

const MANY = 10_000;

function linesOf(checks: readonly WeekendCheck[]): Line[] {
  const lines = new Map<string, Line & { sessions: Map<number, WeekendCheck> }>();
  for (const check of checks) {
    const line = lines.get(check.check_name) ?? {
      check_name: check.check_name,
      description: check.description,
      sessions: new Map(),
    };
    line.sessions.set(check.session_key, check);
    lines.set(check.check_name, line);
  }
  return [...lines.values()];
}

/** A number of odd rows, a dot where all passed, a dash where there was nothing to look at. */
function Mark({ check }: { check: WeekendCheck | undefined }): ComponentChildren {
  if (!check || check.status === "not checked")
    return (
      <span class="faint" title="nothing to look at">
        <span aria-hidden="true">–</span>
        <span class="sr">not checked</span>
      </span>
    );
  if (check.status === "passed")
    return (
      <span class="pass" title="passed">
        <span class="sr">passed</span>
      </span>
    );
  const odd = check.odd ?? 0;
  const text = odd >= MANY ? `${Math.round(odd / 1000)}k` : count(odd);
  return (
    <Link
      class="odd"
      href={`${sessionPath(check.session_key, "quality")}?check=${check.check_name}`}
      title={`${count(odd)} of ${count(check.looked_at)}`}
    >
      {text}
    </Link>
  );
}

/** The checks of all sessions of the weekend. */
export function Weekend({ session_key }: { session_key: number }) {
  const params = { session_key };
  const view: ViewState = useView("quality_weekend", params);
  const checks = useObjects<WeekendCheck>(view.rows);
  const sessions = useSessions().value;
  const held = [...new Map(checks.map((check) => [check.session_key, check.session_name]))];
  const head = (key: number, name: string) => {
    const session = sessions?.find((other) => other.session_key === key);
    return session ? shortName(session) : name;
  };
  const columns: Column<Line>[] = [
    {
      name: "check",
      head: "Check",
      isRowHead: true,
      cell: (line) => <span title={line.description}>{checkTitle(line.check_name)}</span>,
    },
    ...held.map(([key, name]) => ({
      name: `odd[session_key=${key}]`,
      head: head(key, name),
      title: name,
      class: key === session_key ? "mc here" : "mc",
      cell: (line: Line) => <Mark check={line.sessions.get(key)} />,
    })),
  ];
  return (
    <Panel title="The weekend" class="c4" sql={{ name: "quality_weekend", params }} view={view} isFlush>
      <DataTable
        class="mxq"
        caption="Checks of the weekend"
        rows={linesOf(checks)}
        columns={columns}
        keyOf={(line) => line.check_name}
      />
    </Panel>
  );
}
