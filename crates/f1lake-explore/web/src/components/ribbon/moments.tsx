import { tyreShape } from "../../charts/shapes";
import { round } from "../../charts/svg";
import type { DriverStyles } from "../../drivers";
import { EVENT_WORDS, momentsOf } from "./events";
import type { RibbonEvent } from "./events";
import { BAR, TOP } from "./props";
import type { RibbonProps } from "./props";

const who = (event: RibbonEvent, drivers: DriverStyles) =>
  drivers.get(event.driver_number ?? -1)?.last_name ?? event.name_acronym ?? "";

/** Stops, retirements, the best lap and the chequered flag. */
export function Moments({ scale, clock, events, drivers }: RibbonProps) {
  const middle = TOP + BAR / 2;
  const name = (event: RibbonEvent) => `${EVENT_WORDS[event.kind]}: ${who(event, drivers)}, lap ${event.lap_number}`;
  const half = (event: RibbonEvent) => ((event.date_end ?? event.date_start ?? 0) - (event.date_start ?? 0)) / 2000;
  return (
    <>
      {momentsOf(events, clock, "stop").map(({ second, event }) => (
        <path
          key={`${event.driver_number}/${second}`}
          d={`M${round(scale(second))} ${TOP + 2}v${BAR - 4}`}
          stroke="var(--ink)"
          stroke-width="1.25"
          opacity=".62"
        >
          <title>{name(event)}</title>
        </path>
      ))}
      {momentsOf(events, clock, "retired").map(({ second, event }) => {
        const x = scale(second);
        return (
          <g key={event.driver_number}>
            <title>{name(event)}</title>
            <rect x={round(x - 5)} y={middle - 5} width="10" height="10" rx="2" fill="var(--sunken)" />
            <path d={`M${round(x - 3)} ${middle - 3}l6 6m0-6-6 6`} stroke="var(--bad)" stroke-width="1.75" />
          </g>
        );
      })}
      {momentsOf(events, clock, "best_lap").map(({ second, event }) => (
        <path
          key={second}
          d={tyreShape("M", scale(second + half(event)), middle, 4)}
          fill="var(--best)"
          stroke="var(--sunken)"
        >
          <title>{name(event)}</title>
        </path>
      ))}
      {momentsOf(events, clock, "chequered_flag").map(({ second }) => (
        <g key={second} transform={`translate(${round(scale(second))},${TOP - 11})`}>
          <path d={`M0 0v${BAR + 11}`} stroke="var(--ink)" />
          <rect width="10" height="8" fill="var(--surface)" stroke="var(--ink)" stroke-width=".8" />
          <path d="M0 0h3.3v4H0zM6.6 0H10v4H6.6zM3.3 4h3.3v4H3.3z" fill="var(--ink)" />
        </g>
      ))}
    </>
  );
}

/** The head: where the shared cursor is. */
export function Head({ scale, second }: RibbonProps) {
  if (second === null) return null;
  return (
    <rect
      x={round(scale(second)) - 2.5}
      y={TOP - 3}
      width="5"
      height={BAR + 6}
      rx="2.5"
      fill="var(--ink)"
      stroke="var(--sunken)"
      stroke-width="1.5"
    />
  );
}
