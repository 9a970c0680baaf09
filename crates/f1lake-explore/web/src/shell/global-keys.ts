import { useKeys } from "../keys";
import type { KeyBinding } from "../keys";
import { navigate, sessionPath, useRoute } from "../router";
import { startOf } from "../session";
import type { Session } from "../session";
import { nextTheme } from "../theme";
import { openDialog } from "./dialogs";
import { TABS } from "./tabs";

/** Opens the SQL of the panel that has the focus, else of the first one. */
function openSql(): void {
  const panel = document.activeElement?.closest(".panel") ?? document;
  panel.querySelector<HTMLButtonElement>("[data-sql]")?.click();
}

function sessionKeys(
  sessions: readonly Session[],
  session_key: number,
  tab: (typeof TABS)[number]["tab"],
): KeyBinding[] {
  const ordered = [...sessions].sort((a, b) => startOf(a) - startOf(b));
  const at = ordered.findIndex((session) => session.session_key === session_key);
  const step = (by: number) => () => {
    const other = ordered[at + by];
    if (other) navigate(sessionPath(other.session_key, tab));
  };
  return [
    ...TABS.map((other, i) => ({
      key: String(i + 1),
      text: other.text,
      run: () => navigate(sessionPath(session_key, other.tab)),
    })),
    { key: "j", text: "next session", run: step(1) },
    { key: "k", text: "previous session", run: step(-1) },
  ];
}

export function useGlobalKeys(sessions: readonly Session[]): void {
  const route = useRoute();
  useKeys({
    where: "Everywhere",
    keys: [
      { key: "/", text: "find a session, driver or lap", run: () => openDialog.set("find") },
      { key: "?", text: "keys", run: () => openDialog.set("keys") },
      { key: "g s", text: "sessions", run: () => navigate("/") },
      { key: "g q", text: "SQL", run: () => navigate("/sql") },
      { key: "t", text: "theme: system, dark, light", run: nextTheme },
      { key: "s", text: "SQL of the focused panel", run: openSql },
      { key: "Escape", label: "Esc", text: "close" },
    ],
  });
  useKeys({
    where: "A session",
    keys: route.view === "session" ? sessionKeys(sessions, route.session_key, route.tab) : [],
  });
  useKeys({
    where: "Tables",
    keys: [
      { key: "ArrowUp", label: "↑ ↓", text: "rows" },
      { key: "Enter", text: "open" },
      { key: "Home", label: "Home End", text: "first and last row" },
      { key: " ", label: "Space", text: "pick" },
    ],
  });
  useKeys({
    where: "Charts",
    keys: [
      { key: "ArrowLeft", label: "← →", text: "cursor" },
      { key: "PageUp", label: "Page ↑ ↓", text: "ten steps" },
      { key: "Home", label: "Home End", text: "first and last" },
      { key: "+", label: "+ −", text: "zoom" },
      { key: "0", text: "all" },
      { key: "Enter", text: "open what the cursor is on" },
      { key: "d", text: "chart or table" },
    ],
  });
}
