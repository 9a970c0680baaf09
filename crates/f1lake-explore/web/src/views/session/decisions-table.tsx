import { DataTable } from "../../components/data-table";
import type { Column } from "../../components/data-table";
import { At, Nothing, offence, STEWARDS_PX } from "./stewards-cells";
import type { StewardsTableProps } from "./stewards-cells";
import { calmMessage } from "./messages";

interface Decision {
  date: number;
  lap_number: number | null;
  drivers: string | null;
  verdict: string;
  penalty_kind: string | null;
  reason: string | null;
  turn: number | null;
  message: string;
}

const VERDICTS: Record<string, string> = {
  noted: "Noted",
  under_investigation: "Under investigation",
  to_be_investigated: "To be investigated later",
  no_further_action: "No further action",
  warning: "Warning flag",
  served: "Penalty served",
};

const FLAGS: Record<string, string> = {
  black_and_white_flag: "Black and white flag",
  black_and_orange_flag: "Black and orange flag",
};

export function DecisionsTable({ rows, session }: StewardsTableProps) {
  const decisions = rows.objects<Decision>();
  const columns: Column<Decision>[] = [
    { name: "date", head: "Time", cell: (row) => <At epoch={row.date} session={session} /> },
    { name: "lap_number", head: "Lap", isNumber: true, isLow: true, cell: (row) => row.lap_number },
    { name: "drivers", head: "Cars", isRowHead: true, cell: (row) => <b>{row.drivers}</b> },
    { name: "what", head: "What", cell: (row) => FLAGS[row.penalty_kind ?? ""] ?? VERDICTS[row.verdict] },
    { name: "offence", head: "For", class: "wrap", cell: (row) => offence(row.reason, row.turn) },
    { name: "message", head: "Message", isLow: true, class: "wrap muted", cell: (row) => calmMessage(row.message) },
  ];
  if (!decisions.length) return <Nothing what="investigation" />;
  return <DataTable caption="Investigations" columns={columns} rows={decisions} height={STEWARDS_PX} />;
}
