import type { EditorView } from "@codemirror/view";
import type { Ref } from "preact";
import { useEffect, useImperativeHandle, useMemo, useRef, useState } from "preact/hooks";
import type { CatalogueTable } from "./catalogue";
import { createEditor, insertText, setTables, setText } from "./code-mirror";
import { complete } from "./completion";
import type { Completion, Completions } from "./completion";
import { CompletionList, LIST_ID, optionId } from "./completion-list";

export interface EditorHandle {
  text(): string;
  /** Replaces the whole text. */
  set(text: string): void;
  /** Puts a name where the cursor is. */
  insert(text: string): void;
  focus(): void;
}

interface Props {
  handle: Ref<EditorHandle>;
  initial: string;
  tables: readonly CatalogueTable[];
  onText: (text: string) => void;
  onRun: () => void;
  /** Esc, when no completions are open; says whether there was something to stop. */
  onStop: () => boolean;
  /** Ctrl with an arrow: the query before or after in the history. */
  onHistory: (step: -1 | 1) => void;
}

interface Open extends Completions {
  selected: number;
  left: number;
  top: number;
}

const LIST_WIDTH = 430;

/** Where the list stands: under the word, inside the editor. */
function placeOf(view: EditorView, from: number, box: HTMLElement): { left: number; top: number } {
  const at = view.coordsAtPos(from) ?? view.contentDOM.getBoundingClientRect();
  const bounds = box.getBoundingClientRect();
  const most = Math.max(8, bounds.width - Math.min(LIST_WIDTH, bounds.width) - 12);
  return { left: Math.max(8, Math.min(at.left - bounds.left - 8, most)), top: at.bottom - bounds.top + 6 };
}

/** The text of a query: CodeMirror, with completions of tables, columns and functions. */
export function Editor(props: Props) {
  const box = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const latest = useRef(props);
  latest.current = props;
  const [open, setOpen] = useState<Open | null>(null);
  const shown = useRef(open);
  shown.current = open;
  const isPicking = useRef(false);

  const suggest = (isAsked: boolean) => {
    const editor = view.current;
    if (!editor || !box.current) return;
    const { head, empty } = editor.state.selection.main;
    const found = empty ? complete(editor.state.doc.toString(), head, latest.current.tables, isAsked) : null;
    setOpen(found && { ...found, selected: 0, ...placeOf(editor, found.from, box.current) });
  };
  const pick = (option: Completion) => {
    const editor = view.current;
    const list = shown.current;
    if (!editor || !list) return;
    const insert = option.insert ?? option.label;
    isPicking.current = true;
    editor.dispatch({
      changes: { from: list.from, to: editor.state.selection.main.head, insert },
      selection: { anchor: list.from + insert.length },
      userEvent: "input.complete",
    });
    isPicking.current = false;
    setOpen(null);
    editor.focus();
  };

  useEffect(() => {
    const inList = (run: (list: Open) => void) => () => {
      if (!shown.current) return false;
      run(shown.current);
      return true;
    };
    const step = (by: number) =>
      inList((list) =>
        setOpen({ ...list, selected: (list.selected + by + list.options.length) % list.options.length }),
      );
    const pickSelected = inList((list) => pick(list.options[list.selected]!));
    const editor = createEditor(box.current!, props.initial, {
      onChange: (text, _at, isTyped) => {
        latest.current.onText(text);
        if (isPicking.current) return;
        if (isTyped) suggest(false);
        else setOpen(null);
      },
      onBlur: () => setOpen(null),
      attributes: (): Record<string, string> =>
        shown.current ? { "aria-controls": LIST_ID, "aria-activedescendant": optionId(shown.current.selected) } : {},
      keys: [
        { key: "ArrowDown", run: step(1) },
        { key: "ArrowUp", run: step(-1) },
        { key: "Enter", run: pickSelected },
        { key: "Tab", run: pickSelected },
        { key: "Escape", run: () => inList(() => setOpen(null))() || latest.current.onStop() },
        { key: "Ctrl-Space", run: () => (suggest(true), true) },
        { key: "Mod-Enter", run: () => (setOpen(null), latest.current.onRun(), true) },
        { key: "Ctrl-ArrowUp", run: () => (latest.current.onHistory(-1), true) },
        { key: "Ctrl-ArrowDown", run: () => (latest.current.onHistory(1), true) },
      ],
    });
    view.current = editor;
    return () => editor.destroy();
  }, []);

  const names = useMemo(() => new Set(props.tables.map(({ table }) => table)), [props.tables]);
  useEffect(() => {
    if (view.current) setTables(view.current, names);
  }, [names]);
  // The attributes of the text field follow the list.
  useEffect(() => view.current?.dispatch({}), [open]);
  useImperativeHandle(
    props.handle,
    () => ({
      text: () => view.current?.state.doc.toString() ?? "",
      set: (text) => view.current && setText(view.current, text),
      insert: (text) => view.current && insertText(view.current, text),
      focus: () => view.current?.focus(),
    }),
    [],
  );
  return (
    <div class="ed" ref={box}>
      {open && <CompletionList {...open} onPick={pick} />}
    </div>
  );
}
