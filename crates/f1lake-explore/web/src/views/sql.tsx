import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { CopyButton } from "../components/copy";
import { Panel } from "../components/panel";
import { asCommand } from "../components/sql-popover";
import { useKeys } from "../keys";
import { useLake } from "../lake";
import { useParam } from "../param";
import { useCatalogue } from "./sql/catalogue";
import { columnsOf } from "./sql/cells";
import { ChartPanel } from "./sql/chart/chart-panel";
import { asPython } from "./sql/copy-as";
import { Editor } from "./sql/editor";
import type { EditorHandle } from "./sql/editor";
import { ExampleList } from "./sql/example-list";
import { EXAMPLES } from "./sql/examples";
import { isOpenedByThisPage } from "./sql/opened";
import { focusNextPane } from "./sql/panes";
import { draft, forgetAll, keepDraft, pastQueries, usePastQueries } from "./sql/past-queries";
import { PastList } from "./sql/past-list";
import { QueryError } from "./sql/query-error";
import { ResultGrid } from "./sql/result-grid";
import { useRun } from "./sql/run";
import { RunBar } from "./sql/run-bar";
import { SidePanel } from "./sql/side-panel";

const KEYS = {
  where: "SQL",
  keys: [
    { key: "Ctrl Enter", label: "Ctrl ↵", text: "run" },
    { key: "Escape", label: "Esc", text: "close the completions, then stop" },
    { key: "Ctrl Space", text: "complete" },
    { key: "Ctrl ArrowUp", label: "Ctrl ↑ ↓", text: "the query before or after in the history" },
    { key: "F6", text: "next pane" },
  ],
};
const PAST_SHOWN = 8;

/** The first comment of a query says what it asks. */
const titleOf = (sql: string) => /^\s*--\s*(.+)/.exec(sql)?.[1]?.trim() ?? "";

export default function SqlView() {
  const [asked, setAsked] = useParam("sql", "");
  const [text, setText] = useState(() => asked || draft() || `-- ${EXAMPLES[1]!.question}\n${EXAMPLES[1]!.sql}\n`);
  const [isAllPast, setAllPast] = useState(false);
  const place = useLake()?.place ?? "./lake";
  const catalogue = useCatalogue();
  const run = useRun();
  const past = usePastQueries();
  const editor = useRef<EditorHandle>(null);
  const root = useRef<HTMLDivElement>(null);
  const step = useRef(-1);
  const columns = useMemo(() => run.result && columnsOf(run.result.rows), [run.result]);
  useKeys(KEYS);

  const start = (sql: string) => {
    if (!sql.trim()) return;
    step.current = -1;
    setAsked(sql);
    run.run(sql);
  };
  const put = (sql: string) => {
    editor.current?.set(sql);
    editor.current?.focus();
  };
  const putAndRun = (sql: string) => {
    put(sql);
    start(sql);
  };
  const goInHistory = (by: -1 | 1) => {
    const queries = pastQueries();
    // The query in the editor is mostly the one that ran last.
    const at = step.current < 0 && queries[0]?.sql === editor.current?.text() ? 0 : step.current;
    const next = Math.min(queries.length - 1, Math.max(0, at - by));
    const query = queries[next];
    if (!query) return;
    step.current = next;
    editor.current?.set(query.sql);
  };
  useEffect(() => keepDraft(text), [text]);
  // A link, and "back", bring another query to the page that is already here.
  useEffect(() => {
    if (asked && asked !== editor.current?.text()) editor.current?.set(asked);
  }, [asked]);
  useEffect(() => {
    if (asked && isOpenedByThisPage()) run.run(asked);
  }, []);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.defaultPrevented) return;
    if (event.key === "F6" && root.current) focusNextPane(root.current, event.shiftKey, () => editor.current?.focus());
    else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) start(text);
    else if (event.key !== "Escape" || !run.stop()) return;
    event.preventDefault();
  };
  const tools = (
    <>
      <span class="lo">
        <CopyButton text={() => asPython(text, place)} label="Copy as Python" />
      </span>
      <span class="lo">
        <CopyButton text={() => asCommand(text.trim(), place)} label="Copy as CLI" />
      </span>
    </>
  );
  return (
    <>
      <h1 class="sr">SQL</h1>
      <div class="wb" ref={root} onKeyDown={onKeyDown}>
        <SidePanel catalogue={catalogue} onInsert={(name) => editor.current?.insert(name)} onExample={put} />
        <div class="stack">
          <div data-pane="query">
            <Panel title="Query" aside={<span class="asks">{titleOf(text)}</span>} tools={tools} isFlush>
              <Editor
                handle={editor}
                initial={text}
                tables={catalogue.tables}
                onText={setText}
                onRun={() => start(editor.current?.text() ?? text)}
                onStop={run.stop}
                onHistory={goInHistory}
              />
              <RunBar run={run} onRun={() => start(text)} onStop={run.stop} />
            </Panel>
          </div>
          {run.error && (
            <section class="panel" role="alert" aria-label="Error">
              <QueryError
                error={run.error}
                sql={run.failed}
                tables={catalogue.tables}
                onRepair={putAndRun}
                onAgain={() => start(run.failed)}
              />
            </section>
          )}
          {run.result && columns && !run.error && (
            <div class={run.isRunning ? "res is-old" : "res"}>
              <div data-pane="rows">
                <ResultGrid result={run.result} columns={columns} />
              </div>
              <div data-pane="chart">
                <ChartPanel columns={columns} length={run.result.rows.length} />
              </div>
            </div>
          )}
          {!run.result && !run.error && (
            <Panel title="Examples" aside="to begin with" isFlush>
              <ExampleList onPick={putAndRun} />
            </Panel>
          )}
          {past.length > 0 && (
            <div data-pane="history">
              <Panel
                title="History"
                aside="this browser only"
                isFlush
                tools={
                  <>
                    {past.length > PAST_SHOWN && (
                      <button
                        type="button"
                        class="btn quiet"
                        aria-expanded={isAllPast}
                        onClick={() => setAllPast(!isAllPast)}
                      >
                        {isAllPast ? "Show fewer" : `Show all ${past.length}`}
                      </button>
                    )}
                    <button type="button" class="btn quiet" onClick={forgetAll}>
                      Clear
                    </button>
                  </>
                }
              >
                <PastList queries={isAllPast ? past : past.slice(0, PAST_SHOWN)} onPick={put} />
              </Panel>
            </div>
          )}
        </div>
      </div>
    </>
  );
}
