const FOCUSABLE = "[tabindex='0'], button:not([disabled]), input, select, a[href]";

/** F6: the next pane that is on the screen; with Shift the one before. */
export function focusNextPane(root: HTMLElement, isBack: boolean, focusEditor: () => void): void {
  const panes = [...root.querySelectorAll<HTMLElement>("[data-pane]")].filter((pane) => pane.offsetParent !== null);
  const at = panes.findIndex((pane) => pane.contains(document.activeElement));
  const next = panes[(at + (isBack ? -1 : 1) + panes.length) % panes.length];
  if (!next) return;
  if (next.dataset.pane === "query") return focusEditor();
  const target =
    next.querySelector<HTMLElement>("[role=treeitem][tabindex='0'], tbody tr[tabindex='0'], [role=figure]") ??
    next.querySelector<HTMLElement>(FOCUSABLE);
  target?.focus();
}
