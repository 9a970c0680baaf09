import { ErrorState } from "../../components/error-state";
import { Loading } from "../../components/loading";
import { RowsTable } from "../../components/rows-table";
import { SqlButton } from "../../components/sql-button";
import { count } from "../../format";
import { useView } from "../../use-view";
import { checkTitle, hasRows } from "./checks";
import type { CheckRow } from "./checks";

const HEIGHT = 320;

interface Props {
  check: CheckRow;
  session_key: number;
}

/** What a check means, and the rows behind its count. */
export function OddRows({ check, session_key }: Props) {
  const name = `quality_rows_${check.check_name}`;
  const isAsked = (check.odd ?? 0) > 0 && hasRows(check.check_name);
  const view = useView(name, isAsked ? { session_key } : null);
  const rows = view.rows;
  return (
    <>
      <div class="why">
        <p>
          {check.description}. {nothing(check)}
        </p>
        {hasRows(check.check_name) && <SqlButton sql={{ name, params: { session_key } }} />}
      </div>
      {isAsked &&
        !rows &&
        (view.error ? <ErrorState error={view.error} retry={view.retry} /> : <Loading view={view} lines={3} />)}
      {rows && <RowsTable caption={`Rows of ${checkTitle(check.check_name)}`} rows={rows} height={HEIGHT} />}
      {rows && shortfall(check, rows.length)}
    </>
  );
}

function nothing({ status, odd, looked_at }: CheckRow): string {
  if (status === "not checked") return "This session has nothing to look at.";
  return odd === 0 ? `None of ${count(looked_at)} is odd.` : "";
}

/** Rows that are not in the lake cannot be listed one by one, and the page asks for 100,000 at most. */
function shortfall({ check_name, odd }: CheckRow, shown: number) {
  if (check_name === "quarantined_rows")
    return <p class="note">The rows themselves are in the folder _quarantine of the landing zone.</p>;
  return (
    shown < (odd ?? 0) && (
      <p class="note">
        Showing the first {count(shown)} of {count(odd)}. The SQL page exports all.
      </p>
    )
  );
}
