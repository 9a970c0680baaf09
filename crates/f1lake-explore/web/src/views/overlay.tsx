import { useCallback, useEffect, useMemo, useState } from "preact/hooks";
import type { LapRef } from "../api";
import { cursorOf, setCursor } from "../charts/cursor";
import { Panel } from "../components/panel";
import { useKeys } from "../keys";
import { useParam } from "../param";
import { sessionTitle, useSessions } from "../session";
import { useObjects, useOverlay, useView } from "../use-view";
import { Answer } from "./overlay/answer";
import { readOverlay } from "./overlay/data";
import type { OverlayData } from "./overlay/data";
import { keyOf, MOST_LAPS, parseLaps, writeLaps } from "./overlay/laps-param";
import { MapPanel } from "./overlay/map-panel";
import { MinisectorsPanel } from "./overlay/minisectors-panel";
import { Picker } from "./overlay/picker";
import { NoTelemetry, Refusal } from "./overlay/refusal";
import { SectorsPanel } from "./overlay/sectors-panel";
import { useSlotStyles } from "./overlay/slot-style";
import { focusedSlot, Slots } from "./overlay/slots";
import { StripsPanel } from "./overlay/strips-panel";
import type { Range } from "./overlay/strips/frame";
import type { SessionViewProps } from "./types";

/** The laps of the query string; without any, those of the first two drivers, which go there. */
function useLaps({ session }: SessionViewProps) {
  const [text, setText] = useParam("laps", "");
  const laps = useMemo(() => parseLaps(text), [text]);
  const isAsked = !laps.length && session.telemetry !== "missing";
  const view = useView("overlay_pick_best", isAsked ? { session_key: session.session_key } : null);
  const best = useObjects<LapRef>(view.rows);
  useEffect(() => {
    if (isAsked && best.length) setText(writeLaps(best));
  }, [isAsked, best]);
  const set = (next: readonly LapRef[]) => setText(writeLaps(next), { push: true });
  return { laps, set, view, hasNone: !laps.length && (!isAsked || view.rows?.length === 0) };
}

/** The part of the lap that is shown, m, in the query string. */
function useZoom(): [Range | null, (range: Range | null) => void] {
  const [ends, setEnds] = useParam("zoom", []);
  const [from, to] = ends;
  const zoom = useMemo(
    (): Range | null => (from !== undefined && to !== undefined && from < to ? [from, to] : null),
    [from, to],
  );
  const set = useCallback(
    (range: Range | null) => setEnds(range ? [Math.floor(range[0]), Math.ceil(range[1])] : []),
    [setEnds],
  );
  return [zoom, set];
}

const CORNER_GAP_M = 1;

export default function OverlayView({ session }: SessionViewProps) {
  const { laps, set, view: best, hasNone } = useLaps({ session });
  const overlay = useOverlay(laps);
  const { rows, meta, error } = overlay;
  const data = useMemo(() => (rows && meta ? readOverlay(rows, meta) : null), [rows, meta]);
  const styles = useSlotStyles(meta);
  const [zoom, setZoom] = useZoom();
  const [isPicking, setPicking] = useState(false);
  const sessions = useSessions().value;
  const circuit =
    sessions?.find((other) => other.session_key === laps[0]?.session_key)?.circuit_key ?? session.circuit_key;
  const ofCircuit = useMemo(
    () => (sessions ?? []).filter((other) => other.circuit_key === circuit),
    [sessions, circuit],
  );

  const add = () => laps.length < MOST_LAPS && ofCircuit.length > 0 && setPicking(true);
  const remove = (slot: number) => laps.length > 1 && set(laps.filter((_, i) => i !== slot));
  const makeReference = (slot: number) => {
    const lap = laps[slot];
    if (lap && slot > 0) set([lap, ...laps.filter((other) => other !== lap)]);
  };
  useKeys({
    where: "Overlay",
    keys: [
      { key: "a", text: "add a lap", run: add },
      {
        key: "Delete",
        text: "remove the lap with the focus, else the last",
        run: () => remove(focusedSlot() ?? laps.length - 1),
      },
      {
        key: "r",
        text: "make the lap with the focus the reference, else the second",
        run: () => makeReference(focusedSlot() ?? 1),
      },
      { key: "n", text: "next corner", run: () => data && goToCorner(data, 1, zoom, setZoom) },
      { key: "p", text: "previous corner", run: () => data && goToCorner(data, -1, zoom, setZoom) },
    ],
  });

  const content = () => {
    if (hasNone) {
      const others = ofCircuit.some((other) => other.telemetry !== "missing");
      return (
        <NoTelemetry
          session={sessionTitle(session)}
          session_key={session.session_key}
          onAdd={others ? add : undefined}
        />
      );
    }
    if (error) {
      const removeLast = laps.length > 1 ? () => remove(laps.length - 1) : undefined;
      return <Refusal error={error} retry={overlay.retry} onRemoveLast={removeLast} onStartOver={() => set([])} />;
    }
    if (!data) return <Panel title="By distance" view={laps.length ? overlay : { ...best, rows: null }} />;
    return (
      <div class="grid" aria-busy={overlay.isLoading}>
        <StripsPanel laps={laps} data={data} styles={styles} zoom={zoom} onZoom={setZoom} />
        <div class="stack c4">
          <MapPanel laps={laps} data={data} styles={styles} />
          <SectorsPanel laps={laps} data={data} styles={styles} />
          {styles.length > 1 && <MinisectorsPanel laps={laps} data={data} styles={styles} onZoom={setZoom} />}
        </div>
      </div>
    );
  };
  return (
    <div class="stack">
      {!hasNone && (
        <div class="slots">
          <Slots laps={laps} meta={meta} styles={styles} onRemove={remove} onReference={makeReference} onAdd={add} />
          {data && !error && <Answer data={data} styles={styles} />}
        </div>
      )}
      {content()}
      {isPicking && (
        <Picker
          key={laps.map(keyOf).join()}
          sessions={ofCircuit}
          session_key={firstSession(ofCircuit, session.session_key)}
          laps={laps}
          onAdd={(lap) => {
            setPicking(false);
            set([...laps, lap]);
          }}
          onClose={() => setPicking(false)}
        />
      )}
    </div>
  );
}

/** The session of the page, or the newest of the circuit that has telemetry. */
function firstSession(sessions: readonly SessionViewProps["session"][], session_key: number): number {
  const usable = sessions.filter((other) => other.telemetry !== "missing");
  const found = usable.find((other) => other.session_key === session_key) ?? usable[0] ?? sessions[0];
  return found?.session_key ?? session_key;
}

/** Moves the cursor to the next corner or the one before, and what is shown along with it. */
function goToCorner(data: OverlayData, step: 1 | -1, zoom: Range | null, setZoom: (range: Range) => void): void {
  const places = data.meta.corners.map((corner) => corner.distance);
  const at = cursorOf("distance").get() ?? (step > 0 ? -1 : Infinity);
  const next =
    step > 0
      ? places.find((place) => place > at + CORNER_GAP_M)
      : places.findLast((place) => place < at - CORNER_GAP_M);
  const to = next ?? (step > 0 ? places[0] : places.at(-1));
  if (to === undefined) return;
  setCursor("distance", to);
  if (!zoom || (to >= zoom[0] && to <= zoom[1])) return;
  const size = zoom[1] - zoom[0];
  const from = Math.min(Math.max(0, to - size / 2), data.length - size);
  setZoom([from, from + size]);
}
