import type { ComponentChildren } from "preact";
import { useId, useRef, useState } from "preact/hooks";
import type { Params, Rows } from "../api";
import type { ViewState } from "../use-view";
import { Segments } from "./controls";
import { Loading } from "./loading";
import { ErrorState } from "./error-state";
import { SqlButton } from "./sql-button";

export interface SqlOf {
  name: string;
  params?: Params;
}

export interface PanelProps {
  title: ComponentChildren;
  /** Grey words after the title. */
  aside?: ComponentChildren;
  /** Controls in the head, left of Chart | Table and SQL. */
  tools?: ComponentChildren;
  /** Makes the SQL button: the query of the panel, or a function that gives its text. */
  sql?: SqlOf | (() => Promise<string>);
  /** Makes the Chart | Table switch: the same numbers as rows. */
  table?: () => ComponentChildren;
  /** Small print under the content. */
  note?: ComponentChildren;
  /** Draws waiting and failure in the place of the content. */
  view?: ViewState;
  /** Marks content that predicts; the note says its basis. */
  isEstimated?: boolean;
  /** Width in the grid of 12, such as "c8". */
  class?: string;
  /** Leaves out the padding of the body, for tables and lists that reach the edges. */
  isFlush?: boolean;
  children?: ComponentChildren | ((rows: Rows) => ComponentChildren);
}

/** A part of a view with a head, its content, its exact query and its rows. */
export function Panel({
  title,
  aside,
  tools,
  sql,
  table,
  note,
  view,
  isEstimated,
  isFlush,
  class: extra = "",
  children,
}: PanelProps) {
  const [mode, setMode] = useState<"chart" | "table">("chart");
  const section = useRef<HTMLElement>(null);
  const id = useId();
  const isTable = mode === "table" && table;
  const toggle = (event: KeyboardEvent) => {
    if (event.key !== "d" || event.ctrlKey || event.metaKey || !table || isField(event.target)) return;
    event.preventDefault();
    setMode(isTable ? "chart" : "table");
  };
  const content = () => (typeof children === "function" ? view?.rows && children(view.rows) : children);
  return (
    <section ref={section} class={`panel ${extra}`} aria-labelledby={id} aria-busy={view?.isLoading} onKeyDown={toggle}>
      <header>
        <h2 id={id}>{title}</h2>
        {isEstimated && <span class="tag line">Estimated</span>}
        {aside && <span class="faint">{aside}</span>}
        <div class="tools">
          {tools}
          {table && (
            <Segments
              label="Show as"
              value={mode}
              options={[
                { value: "chart", text: "Chart" },
                { value: "table", text: "Table" },
              ]}
              onChange={setMode}
            />
          )}
          {sql && <SqlButton sql={sql} />}
        </div>
      </header>
      {view && !view.rows ? (
        <Waiting view={view} />
      ) : (
        <div class={isFlush || isTable ? "flush" : "body"}>{isTable ? table() : content()}</div>
      )}
      {note && <p class="note">{note}</p>}
    </section>
  );
}

function Waiting({ view }: { view: ViewState }) {
  if (view.error) return <ErrorState error={view.error} retry={view.retry} />;
  return <Loading view={view} />;
}

function isField(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement && !["checkbox", "radio", "range"].includes(target.type);
}
