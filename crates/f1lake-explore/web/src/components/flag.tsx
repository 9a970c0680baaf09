import type { JSX } from "preact";

export type FlagKind =
  | "yellow"
  | "double_yellow"
  | "red"
  | "green"
  | "clear"
  | "chequered"
  | "blue"
  | "black_and_white"
  | "safety_car"
  | "virtual_safety_car"
  | "deleted"
  | "note";

/** The kind of a flag as OpenF1 writes it, such as "DOUBLE YELLOW". */
export function flagKind(flag: string | null | undefined): FlagKind {
  const name = (flag ?? "").toLowerCase().replaceAll(" ", "_");
  const known: FlagKind[] = [
    "yellow",
    "double_yellow",
    "red",
    "green",
    "clear",
    "chequered",
    "blue",
    "black_and_white",
  ];
  return known.find((kind) => kind === name) ?? "note";
}

const POLE = <path d="M3 2v12" stroke="var(--ink-2)" stroke-width="1.5" />;
const cloth = (fill: string, edge: string) => (
  <>
    {POLE}
    <path d="M3 2.5h10l-2 3.200 2 3.300H3z" fill={fill} stroke={edge} />
  </>
);

const FIGURES: Record<FlagKind, JSX.Element> = {
  yellow: cloth("var(--flag-yellow)", "var(--flag-yellow-edge)"),
  double_yellow: (
    <>
      {POLE}
      <path d="M3 1.5h9v5H3zM3 8.5h9v5H3z" fill="var(--flag-yellow)" stroke="var(--flag-yellow-edge)" />
    </>
  ),
  red: cloth("var(--flag-red)", "var(--flag-red-edge)"),
  green: (
    <>
      <circle cx="8" cy="8" r="5.5" fill="none" stroke="var(--flag-green-edge)" stroke-width="1.5" />
      <path d="m5.5 8.200 1.800 1.800 3.200-3.800" fill="none" stroke="var(--flag-green-edge)" stroke-width="1.5" />
    </>
  ),
  clear: (
    <>
      <circle cx="8" cy="8" r="5.5" fill="none" stroke="var(--flag-green-edge)" stroke-width="1.5" />
      <path d="m5.5 8.200 1.800 1.800 3.200-3.800" fill="none" stroke="var(--flag-green-edge)" stroke-width="1.5" />
    </>
  ),
  chequered: (
    <>
      <rect x="2" y="3" width="12" height="9" fill="var(--surface)" stroke="var(--ink)" />
      <path d="M2 3h3v3H2zM8 3h3v3H8zM5 6h3v3H5zM11 6h3v3h-3zM2 9h3v3H2zM8 9h3v3H8z" fill="var(--ink)" />
    </>
  ),
  blue: (
    <>
      {POLE}
      <path d="M3 2.5h10v6.5H3z" fill="var(--surface)" stroke="var(--flag-blue-edge)" />
      <path d="M3 9 13 2.5V9z" fill="var(--flag-blue-edge)" />
    </>
  ),
  black_and_white: (
    <>
      {POLE}
      <path d="M3 2.5h10v6.5H3z" fill="var(--surface)" stroke="var(--ink)" />
      <path d="M3 9 13 2.5V9z" fill="var(--ink)" />
    </>
  ),
  safety_car: (
    <>
      <rect x="1.5" y="4" width="13" height="8" rx="1.5" fill="var(--flag-sc)" stroke="var(--flag-sc-edge)" />
      <text x="8" y="10.4" text-anchor="middle" font-size="6.5" font-weight="700" fill="var(--ink)">
        SC
      </text>
    </>
  ),
  virtual_safety_car: (
    <>
      <rect x="1" y="4" width="14" height="8" rx="1.5" fill="var(--flag-vsc)" stroke="var(--flag-vsc-edge)" />
      <text x="8" y="10.2" text-anchor="middle" font-size="5.6" font-weight="700" fill="var(--ink)">
        VSC
      </text>
    </>
  ),
  deleted: (
    <>
      <circle cx="8" cy="8" r="5.5" fill="none" stroke="var(--ink-3)" stroke-width="1.3" />
      <path d="m4.200 11.800 7.600-7.6" stroke="var(--ink-3)" stroke-width="1.3" />
    </>
  ),
  note: <circle cx="8" cy="8" r="2" fill="var(--ink-3)" />,
};

/** A flag or message mark; the text beside it says the same, so it is hidden from readers. */
export function Flag({ kind, size = 16 }: { kind: FlagKind; size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 16 16" aria-hidden="true">
      {FIGURES[kind]}
    </svg>
  );
}
