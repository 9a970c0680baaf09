import type { EditorView } from "@codemirror/view";

/** The other end of what a key of deletion takes, from the cursor. */
function otherEnd(inputType: string, view: EditorView): number {
  const { main } = view.state.selection;
  const isForward = inputType.endsWith("Forward");
  if (inputType.startsWith("deleteWord")) return view.moveByGroup(main, isForward).head;
  if (/^delete(Soft|Hard)Line/.test(inputType)) return view.moveToLineBoundary(main, isForward).head;
  return view.moveByChar(main, isForward).head;
}

/**
 * Makes the changes for which the browser would join lines: it writes style attributes then, which the
 * content security policy refuses.
 */
export function edit(event: InputEvent, view: EditorView): boolean {
  if (view.composing || event.isComposing) return false;
  const { main } = view.state.selection;
  const isDeletion = event.inputType.startsWith("delete");
  const isReplacement = event.inputType === "insertText" && !main.empty;
  if (!isDeletion && !isReplacement) return false;
  const end = main.empty ? otherEnd(event.inputType, view) : main.anchor;
  const [from, to] = [Math.min(main.head, end), Math.max(main.head, end)];
  const insert = isReplacement ? (event.data ?? "") : "";
  view.dispatch({
    changes: { from, to, insert },
    selection: { anchor: from + insert.length },
    scrollIntoView: true,
    userEvent: isDeletion ? "delete.backward" : "input.type",
  });
  event.preventDefault();
  return true;
}
