/**
 * Whether the query came from a link of this page, and may run at once. An address that was typed, or that
 * another page opened, waits for Run.
 */
export function isOpenedByThisPage(): boolean {
  const [entry] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  if (!entry) return false;
  return entry.type === "reload" || entry.type === "back_forward" || new URL(entry.name).pathname !== location.pathname;
}
