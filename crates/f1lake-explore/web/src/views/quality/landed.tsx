import { DataTable } from "../../components/data-table";
import { Panel } from "../../components/panel";
import { State } from "../../components/state";
import { count, plural, utcTime } from "../../format";
import { useObjects, useView } from "../../use-view";

interface LandedRow {
  table_name: string;
  rows: number | null;
  rescued_rows: number | null;
  quarantined_rows: number | null;
  file_version: number | null;
  extracted_at: number | null;
  source_file: string | null;
}

const amount = (value: number | null) => (value ? <span class="odd">{count(value)}</span> : count(value));

/** Which tables have rows of the session. */
export function Landed({ session_key }: { session_key: number }) {
  const params = { session_key };
  const view = useView("quality_landed", params);
  const landed = useObjects<LandedRow>(view.rows);
  const corrected = landed.filter((row) => (row.file_version ?? 1) > 1).length;
  return (
    <Panel
      title="What landed"
      aside={landed.length > 0 && plural(landed.length, "table")}
      sql={{ name: "quality_landed", params }}
      view={view}
      isFlush
      note={
        corrected > 0 &&
        `OpenF1 corrected ${plural(corrected, "file")} after the first landing: the version is above 1.`
      }
    >
      {landed.length ? (
        <DataTable
          class="landed"
          caption="What landed"
          rows={landed}
          keyOf={(row) => row.table_name}
          columns={[
            { name: "table_name", head: "Table", isRowHead: true, cell: (row) => <code>{row.table_name}</code> },
            {
              name: "rows",
              head: "Rows",
              isNumber: true,
              cell: (row) => (row.rows ? count(row.rows) : <span class="odd">0</span>),
            },
            { name: "rescued_rows", head: "Rescued", isNumber: true, cell: (row) => amount(row.rescued_rows) },
            { name: "quarantined_rows", head: "Quarantined", isNumber: true, cell: (row) => amount(row.quarantined_rows) },
            { name: "file_version", head: "Version", isNumber: true, isLow: true, cell: (row) => count(row.file_version) },
            { name: "extracted_at", head: "Fetched", isLow: true, cell: (row) => utcTime(row.extracted_at) },
            {
              name: "source_file",
              head: "File",
              isLow: true,
              class: "file",
              cell: (row) => <code title={row.source_file ?? ""}>{row.source_file}</code>,
            },
          ]}
        />
      ) : (
        <State
          title="Nothing landed for this session"
          text="It is in the calendar of the season, and no endpoint was fetched."
        />
      )}
    </Panel>
  );
}
