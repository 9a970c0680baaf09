import { createStore, useStore } from "./store";
import { theme } from "./settings";
import type { Theme } from "./settings";

export type Shade = "light" | "dark";

const dark = matchMedia("(prefers-color-scheme: dark)");
/** The ground is the system's then, whatever was chosen here. */
const forced = matchMedia("(forced-colors: active)");
const shadeNow = (): Shade => {
  const chosen = theme.get();
  return chosen === "system" || forced.matches ? (dark.matches ? "dark" : "light") : chosen;
};
const shade = createStore<Shade>(shadeNow());

function apply(): void {
  const chosen = theme.get();
  if (chosen === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = chosen;
  shade.set(shadeNow());
}
theme.subscribe(apply);
dark.addEventListener("change", apply);
forced.addEventListener("change", apply);

const NEXT: Record<Theme, Theme> = { system: "dark", dark: "light", light: "system" };
export const nextTheme = () => theme.set(NEXT[theme.get()]);

/** Light or dark, as it is on the screen now. */
export const useShade = () => useStore(shade);

/** A token as a colour that a canvas understands, such as `cssColour("--ink")`. */
export function cssColour(name: `--${string}`): string {
  const probe = document.createElement("i");
  probe.style.color = `var(${name})`;
  probe.style.setProperty("forced-color-adjust", "none");
  document.body.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour;
}
