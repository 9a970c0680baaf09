/** Runs before the first paint, so that the page does not flash in the other theme. */
try {
  const theme = localStorage.getItem("f1lake-theme");
  if (theme === "dark" || theme === "light") document.documentElement.dataset.theme = theme;
} catch {
  // Storage can be off; then the page follows the system.
}
