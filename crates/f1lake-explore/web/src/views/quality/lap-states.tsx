export type LapState = "whole" | "partly" | "frozen" | "none" | "none, start not known";

/** How a state is drawn, and its words in the legend. */
export const LAP_STATES: Record<LapState, { text: string; fill: string; stroke?: string }> = {
  whole: { text: "whole", fill: "var(--ink-3)" },
  partly: { text: "under 97\u00a0% with a position", fill: "var(--line-strong)" },
  frozen: { text: "position frozen", fill: "url(#p-red)", stroke: "var(--flag-red-edge)" },
  none: { text: "none", fill: "var(--surface)", stroke: "var(--control)" },
  "none, start not known": { text: "none, start not known", fill: "url(#p-unknown)", stroke: "var(--control)" },
};
