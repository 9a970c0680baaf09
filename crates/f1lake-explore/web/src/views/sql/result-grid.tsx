import { useEffect, useMemo, useState } from "preact/hooks";
import { CopyButton } from "../../components/copy";
import { DataTable } from "../../components/data-table";
import type { Column } from "../../components/data-table";
import { Panel } from "../../components/panel";
import { State } from "../../components/state";
import { count } from "../../format";
import type { ResultColumn } from "./cells";
import { asTabs } from "./copy-as";
import { ExportMenu } from "./export-menu";
import { rowsText } from "./result-words";
import type { Ran } from "./run";

const HEIGHT = 440;
/** More rows than this are a matter for an export. */
const MOST_COPIED = 20_000;

interface Props {
  result: Ran;
  columns: readonly ResultColumn[];
}

function copied(columns: readonly ResultColumn[], length: number): string {
  const rows = Array.from({ length: Math.min(length, MOST_COPIED) }, (_, index) =>
    columns.map((column) => column.exact(index)),
  );
  return asTabs(
    columns.map(({ name }) => name),
    rows,
  );
}

/** The rows of a query as they are. */
export function ResultGrid({ result, columns }: Props) {
  const { length } = result.rows;
  const indices = useMemo(() => Array.from({ length }, (_, index) => index), [length]);
  const cells = useMemo(
    (): Column<number>[] => [
      { name: "#", head: "#", isNumber: true, isRowHead: true, class: "no", cell: (index) => index + 1 },
      ...columns.map((column, place) => ({
        name: `${place} ${column.name}`,
        head: column.name,
        isNumber: column.type === "number",
        cell: (index: number) => column.text(index) ?? <span class="unknown">null</span>,
      })),
    ],
    [columns],
  );
  const [selected, setSelected] = useState<number | null>(null);
  useEffect(() => setSelected(null), [result]);
  /** Ctrl C on a row copies it, when no text is marked. */
  const onCopy = (event: ClipboardEvent) => {
    if (selected === null || !getSelection()?.isCollapsed) return;
    event.clipboardData?.setData("text/plain", columns.map((column) => column.exact(selected)).join("\t"));
    event.preventDefault();
  };
  return (
    <Panel
      title="Rows"
      aside={rowsText(result)}
      isFlush
      tools={
        <>
          {length > 0 && (
            <CopyButton
              text={() => copied(columns, length)}
              label={length > MOST_COPIED ? `Copy ${count(MOST_COPIED)}` : "Copy"}
            />
          )}
          <ExportMenu sql={result.sql} />
        </>
      }
    >
      {length > 0 ? (
        <div onCopy={onCopy}>
          <DataTable
            class="mono"
            caption="Result"
            rows={indices}
            columns={cells}
            height={HEIGHT}
            selected={selected}
            onSelect={(_, index) => setSelected(index)}
          />
        </div>
      ) : (
        <State
          title="No rows"
          text={`The query found nothing. It has ${columns.length === 1 ? "one column" : `${columns.length} columns`}: ${columns.map(({ name }) => name).join(", ")}.`}
        />
      )}
    </Panel>
  );
}
