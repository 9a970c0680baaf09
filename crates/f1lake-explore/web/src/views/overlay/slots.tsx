import type { LapRef, OverlayLap, OverlayMeta } from "../../api";
import { Icon } from "../../components/icon";
import { Tyre } from "../../components/tyre";
import { difference, lapTime, plural } from "../../format";
import { keyOf, MOST_LAPS } from "./laps-param";
import { fullName, placeOf } from "./names";
import { dashOf } from "./slot-style";
import type { SlotStyle } from "./slot-style";

interface Props {
  laps: readonly LapRef[];
  /** Of the laps on the screen, which can be the previous ones while a lap is read. */
  meta: OverlayMeta | null;
  styles: readonly SlotStyle[];
  onRemove: (slot: number) => void;
  onReference: (slot: number) => void;
  onAdd: () => void;
}

/** The slot that has the focus; null when the focus is elsewhere. */
export function focusedSlot(): number | null {
  const slot = document.activeElement?.closest<HTMLElement>("[data-slot]")?.dataset.slot;
  return slot === undefined ? null : Number(slot);
}

const ageText = (age: number | null) =>
  age === null ? "age not known" : age === 0 ? "new" : `${plural(age, "lap")} old`;

function Facts({ lap, slot, delta }: { lap: OverlayLap; slot: number; delta: number | null | undefined }) {
  return (
    <small>
      {slot === 0 ? "Reference" : difference(delta)} · {placeOf(lap)} ·{" "}
      <span class="nw">
        <Tyre compound={lap.compound} size={16} /> {ageText(lap.tyre_age)}
      </span>
    </small>
  );
}

export function Slots({ laps, meta, styles, onRemove, onReference, onAdd }: Props) {
  const isFull = laps.length >= MOST_LAPS;
  return (
    <>
      {laps.map((ref, slot) => {
        const known = meta?.laps.findIndex((lap) => keyOf(lap) === keyOf(ref)) ?? -1;
        const lap = meta?.laps[known];
        const name = lap
          ? `${fullName(lap)}, lap ${lap.lap_number}`
          : `car ${ref.driver_number}, lap ${ref.lap_number}`;
        return (
          <div key={keyOf(ref)} class="slot" data-slot={slot} role="group" aria-label={name}>
            <button
              type="button"
              class="choose"
              aria-pressed={slot === 0}
              title={slot === 0 ? "The other laps are compared with this one" : "Make this lap the reference (R)"}
              onClick={() => slot !== 0 && onReference(slot)}
            >
              <svg class="lead" width="26" height="24" aria-hidden="true">
                <path
                  d="M1 12h24"
                  stroke={styles[known]?.colour ?? "var(--control)"}
                  stroke-width={slot ? 2 : 2.5}
                  stroke-dasharray={dashOf(slot)}
                />
              </svg>
              <span>
                <b>{lap?.name_acronym ?? ref.driver_number}</b> <span class="muted">lap {ref.lap_number}</span>{" "}
                <span class="time">{lap && lapTime(lap.lap_duration)}</span>
              </span>
              {lap ? <Facts lap={lap} slot={slot} delta={meta?.deltas[known]?.at(-1)} /> : <small>Not read yet</small>}
            </button>
            {laps.length > 1 && (
              <button
                type="button"
                class="btn quiet icon"
                aria-label={`Remove ${name}`}
                title="Remove (Del)"
                onClick={() => onRemove(slot)}
              >
                <Icon name="close" />
              </button>
            )}
          </div>
        );
      })}
      {!isFull && (
        <button type="button" class="slot add" title="Add a lap (A)" onClick={onAdd}>
          <Icon name="plus" />
          Add a lap{" "}
          <span class="faint">
            {laps.length} of {MOST_LAPS}
          </span>
        </button>
      )}
    </>
  );
}
