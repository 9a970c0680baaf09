import { DataTable } from "../../components/data-table";
import type { Column } from "../../components/data-table";
import { NotKnown } from "../../components/unknown";
import { calmName } from "../../drivers";
import { utcTime, wallDay, wallTime } from "../../format";
import { navigate, sessionPath } from "../../router";
import { startOf } from "../../session";
import type { Session } from "../../session";
import { Findings, Marks, marksInWords } from "./marks";

/** Weekday and time are left out on a phone. */
function Day({ session }: { session: Session }) {
  const start = startOf(session);
  const [weekday, ...day] = wallDay(start, session.gmt_offset).split(" ");
  return (
    <span title={utcTime(start)}>
      <span class="fn">{weekday} </span>
      {day.join(" ")}
      <span class="faint fn">, {wallTime(start, session.gmt_offset)}</span>
    </span>
  );
}

function columns(hasWinners: boolean): Column<Session>[] {
  return [
    {
      name: "day",
      head: "Day",
      sortBy: startOf,
      cell: (session) => <Day session={session} />,
    },
    {
      name: "weekend",
      head: "Weekend",
      isRowHead: true,
      class: "gp",
      sortBy: (s) => s.meeting_name,
      cell: (s) => s.meeting_name,
    },
    { name: "session", head: "Session", sortBy: (s) => s.session_name, cell: (s) => s.session_name },
    {
      name: "circuit",
      head: "Circuit",
      isLow: true,
      sortBy: (s) => s.circuit_short_name,
      cell: (s) => s.circuit_short_name ?? <NotKnown />,
    },
    {
      name: "data",
      head: "Data",
      isLow: true,
      cell: (s) => (
        <span title={marksInWords(s)}>
          <Marks session={s} />
          <span class="sr">{marksInWords(s)}</span>
        </span>
      ),
    },
    {
      name: "findings",
      head: "Findings",
      isNumber: true,
      isLow: true,
      sortBy: (s) => s.findings,
      cell: (s) => <Findings number={s.findings} />,
    },
    ...(hasWinners
      ? [
          {
            name: "winner",
            head: "First",
            cell: (s: Session) => (s.winner === null ? <NotKnown /> : calmName(s.winner)),
          },
        ]
      : []),
  ];
}

interface Props {
  sessions: readonly Session[];
  lastSession: number | null;
  hasWinners: boolean;
}

export function List({ sessions, lastSession, hasWinners }: Props) {
  const selected = sessions.findIndex((session) => session.session_key === lastSession);
  return (
    <DataTable
      caption="Sessions, newest first"
      class="list"
      rows={sessions}
      columns={columns(hasWinners)}
      keyOf={(session) => session.session_key}
      selected={selected < 0 ? null : selected}
      onOpen={(session) => navigate(sessionPath(session.session_key))}
    />
  );
}
