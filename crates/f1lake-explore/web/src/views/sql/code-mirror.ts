import { history, historyKeymap } from "@codemirror/commands";
import { Compartment, EditorState } from "@codemirror/state";
import { EditorView, keymap, lineNumbers } from "@codemirror/view";
import type { KeyBinding } from "@codemirror/view";
import { edit } from "./edit";
import { highlighting } from "./highlight";

export interface EditorEvents {
  /** The text or the place of the cursor changed. */
  onChange: (text: string, at: number, isTyped: boolean) => void;
  onBlur: () => void;
  /** Attributes of the text field, such as those of an open list of completions. */
  attributes: () => Record<string, string>;
  keys: readonly KeyBinding[];
}

const tablesPart = new Compartment();

const nonce = () => document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? "";

/** A new line begins where the one before does. */
function newLine(view: EditorView): boolean {
  const { from } = view.state.selection.main;
  const line = view.state.doc.lineAt(from);
  const indent = /^ */.exec(line.text.slice(0, from - line.from))?.[0] ?? "";
  view.dispatch(view.state.replaceSelection(`\n${indent}`), { scrollIntoView: true, userEvent: "input" });
  return true;
}

export function createEditor(parent: HTMLElement, text: string, events: EditorEvents): EditorView {
  return new EditorView({
    parent,
    state: EditorState.create({
      doc: text,
      selection: { anchor: text.length },
      extensions: [
        EditorView.cspNonce.of(nonce()),
        lineNumbers(),
        history(),
        keymap.of([...events.keys, { key: "Enter", run: newLine }, ...historyKeymap]),
        tablesPart.of([]),
        EditorView.contentAttributes.of(() => ({
          "aria-label": "SQL",
          "aria-autocomplete": "list",
          spellcheck: "false",
          // It takes the focus without, but tools that check the page look for it.
          tabindex: "0",
          ...events.attributes(),
        })),
        EditorView.updateListener.of((update) => {
          if (!update.docChanged && !update.selectionSet) return;
          const isTyped = update.transactions.some(
            (transaction) => transaction.isUserEvent("input.type") || transaction.isUserEvent("delete.backward"),
          );
          events.onChange(update.state.doc.toString(), update.state.selection.main.head, isTyped);
        }),
        EditorView.domEventHandlers({ blur: events.onBlur, beforeinput: edit }),
      ],
    }),
  });
}

export function setTables(view: EditorView, tables: ReadonlySet<string>): void {
  view.dispatch({ effects: tablesPart.reconfigure(highlighting(tables)) });
}

/** Replaces the whole text, as one step that can be undone. */
export function setText(view: EditorView, text: string): void {
  if (view.state.doc.toString() === text) return;
  view.dispatch({
    changes: { from: 0, to: view.state.doc.length, insert: text },
    selection: { anchor: text.length },
    scrollIntoView: true,
  });
}

export function insertText(view: EditorView, text: string): void {
  view.dispatch(view.state.replaceSelection(text), { userEvent: "input", scrollIntoView: true });
  view.focus();
}
