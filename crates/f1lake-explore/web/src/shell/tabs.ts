import type { SessionTab } from "../router";

/** Tabs of a session, in the order of the keys 1 to 5. */
export const TABS: readonly { tab: SessionTab; text: string }[] = [
  { tab: "overview", text: "Overview" },
  { tab: "laps", text: "Laps" },
  { tab: "overlay", text: "Overlay" },
  { tab: "strategy", text: "Strategy" },
  { tab: "quality", text: "Data quality" },
];

export const tabText = (tab: SessionTab) => TABS.find((other) => other.tab === tab)?.text ?? "";
