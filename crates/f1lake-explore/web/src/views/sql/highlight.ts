import { Decoration, EditorView, ViewPlugin } from "@codemirror/view";
import type { DecorationSet, ViewUpdate } from "@codemirror/view";
import type { Extension, Range } from "@codemirror/state";
import { nameOf, tokenize } from "./tokens";
import type { TokenKind } from "./tokens";

const CLASSES: Partial<Record<TokenKind, string>> = {
  comment: "tk-c",
  text: "tk-s",
  number: "tk-n",
  keyword: "tk-k",
  function: "tk-f",
};
/** A longer text stays without colours, which keeps typing fast. */
const LONGEST = 100_000;

function decorations(sql: string, tables: ReadonlySet<string>): DecorationSet {
  if (sql.length > LONGEST) return Decoration.none;
  const marks: Range<Decoration>[] = [];
  for (const token of tokenize(sql)) {
    const name = token.kind === "name" && tables.has(nameOf(sql, token)) ? "tk-t" : CLASSES[token.kind];
    if (name) marks.push(Decoration.mark({ class: name }).range(token.from, token.to));
  }
  return Decoration.set(marks);
}

/** Colours the parts of a query and underlines names of tables. */
export function highlighting(tables: ReadonlySet<string>): Extension {
  return ViewPlugin.fromClass(
    class {
      decorations: DecorationSet;

      constructor(view: EditorView) {
        this.decorations = decorations(view.state.doc.toString(), tables);
      }

      update(update: ViewUpdate) {
        if (update.docChanged) this.decorations = decorations(update.state.doc.toString(), tables);
      }
    },
    { decorations: (plugin) => plugin.decorations },
  );
}
