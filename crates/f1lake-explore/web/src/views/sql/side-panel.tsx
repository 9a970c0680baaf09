import { useState } from "preact/hooks";
import { Segments } from "../../components/controls";
import { ErrorState } from "../../components/error-state";
import { Icon } from "../../components/icon";
import { Loading } from "../../components/loading";
import type { useCatalogue } from "./catalogue";
import { ExampleList } from "./example-list";
import { TablesTree } from "./tables-tree";

interface Props {
  catalogue: ReturnType<typeof useCatalogue>;
  onInsert: (name: string) => void;
  onExample: (sql: string) => void;
}

const SIDES = [
  { value: "tables", text: "Tables" },
  { value: "examples", text: "Examples" },
] as const;
type Side = (typeof SIDES)[number]["value"];

/** Tables and example queries. On a phone they stand behind a button, or appear while a name is sought. */
export function SidePanel({ catalogue, onInsert, onExample }: Props) {
  const [side, setSide] = useState<Side>("tables");
  const [find, setFind] = useState("");
  const [isOpen, setOpen] = useState(false);
  const close =
    <T,>(then: (value: T) => void) =>
    (value: T) => {
      setOpen(false);
      then(value);
    };
  const choose = (next: Side) => {
    setOpen(next !== side || !isOpen);
    setSide(next);
  };
  return (
    <section
      class={isOpen || find ? "panel side-panel is-open" : "panel side-panel"}
      aria-label="Tables and examples"
      data-pane="tables"
    >
      <header>
        <Segments<Side> label="Side" options={SIDES} value={side} onChange={choose} />
        <button
          type="button"
          class="btn quiet icon opener"
          aria-expanded={isOpen}
          aria-label={isOpen ? "Hide the list" : "Show the list"}
          onClick={() => setOpen(!isOpen)}
        >
          <Icon name="right" />
        </button>
      </header>
      {side === "examples" ? (
        <div class="listed">
          <ExampleList onPick={close(onExample)} />
        </div>
      ) : (
        <>
          <div class="body">
            <label class="field">
              <Icon name="search" />
              <input
                type="search"
                placeholder="Table or column"
                aria-label="Find a table or column"
                value={find}
                onInput={(event) => setFind(event.currentTarget.value)}
              />
            </label>
          </div>
          <div class="listed">
            {catalogue.error && <ErrorState error={catalogue.error} retry={catalogue.retry} />}
            {!catalogue.tables.length && !catalogue.error && <Loading view={catalogue} />}
            {catalogue.tables.length > 0 && <TablesTree tables={catalogue.tables} find={find} onInsert={onInsert} />}
          </div>
        </>
      )}
    </section>
  );
}
