import { useMemo, useRef } from "preact/hooks";
import { setCursor, useCursor } from "../charts/cursor";
import { ChartFigure } from "../charts/figure";
import { linear, Sized } from "../charts/svg";
import { useSessionClock } from "../clock";
import type { SessionClock } from "../clock";
import { useDriverStyle } from "../drivers";
import { sessionTime } from "../format";
import { navigate, sessionPath, useRoute } from "../router";
import type { Session } from "../session";
import { useObjects, useView } from "../use-view";
import { DataTable } from "./data-table";
import { RibbonDrawing } from "./ribbon/drawing";
import { bandsOf, EVENT_WORDS, legendOf } from "./ribbon/events";
import type { RibbonEvent } from "./ribbon/events";
import { RibbonLegend } from "./ribbon/legend";

const PAD = 10;
const HEIGHT = 44;
const MINUTE = 60;

/** Places of the ribbon's cursor: laps of a race, minutes of another session. */
function placesOf(clock: SessionClock): readonly number[] {
  if (clock.laps.length) return clock.laps.map((lap) => clock.seconds(lap.date_start ?? clock.start));
  const length = Math.max(0, (clock.end - clock.start) / 1000);
  return Array.from({ length: Math.floor(length / MINUTE) + 1 }, (_, i) => i * MINUTE);
}

function nearest(places: readonly number[], second: number): number {
  const after = places.findIndex((place) => place > second);
  return after < 0 ? places.length - 1 : Math.max(0, after - 1);
}

function sentence(clock: SessionClock, second: number, events: readonly RibbonEvent[]): string {
  const lap = clock.laps.length ? `Lap ${clock.lapAt(second)}, ` : "";
  const flag = bandsOf(events, clock).find((band) => band.from <= second && band.to > second);
  return `${lap}${sessionTime(second)}${flag ? `, ${EVENT_WORDS[flag.kind].toLowerCase()}` : ""}`;
}

/** The clock of a session, above every view. A click or Enter opens the laps at this lap. */
export function Ribbon({ session }: { session: Session }) {
  const clock = useSessionClock(session);
  const params = { session_key: session.session_key };
  const eventsView = useView("ribbon_events", params);
  const events = useObjects<RibbonEvent>(eventsView.rows);
  const error = clock.view.error ?? eventsView.error;
  const drivers = useDriverStyle(session.session_key);
  const route = useRoute();
  const isByLap = clock.laps.length > 0;
  const places = useMemo(() => placesOf(clock), [clock]);
  const held = useRef<number | null>(null);
  const lap = useCursor("lap");
  const time = useCursor("time");
  const second = isByLap && lap !== null ? clock.secondOf(lap) : isByLap ? null : time;
  const index = second === null ? null : nearest(places, second);

  const show = (at: number | null) => {
    const place = at === null ? null : (places[at] ?? null);
    setCursor("time", place);
    if (isByLap) setCursor("lap", place === null ? null : clock.lapAt(place));
  };
  const open = (at: number) => {
    held.current = at;
    show(at);
    const number = clock.laps[at]?.lap_number;
    const isOnLaps = route.view === "session" && route.tab === "laps";
    if (isByLap && number && !isOnLaps) navigate(`${sessionPath(session.session_key, "laps")}?lap=${number}`);
  };
  const title = isByLap ? `Whole ${session.session_name.toLowerCase()} by lap` : "Whole session by time";
  const table = () => (
    <DataTable
      caption={`What happened when: ${title.toLowerCase()}`}
      rows={events}
      columns={[
        { name: "what", head: "What", cell: (event) => EVENT_WORDS[event.kind] },
        {
          name: "start",
          head: "Time",
          cell: (event) => sessionTime(event.date_start === null ? null : clock.seconds(event.date_start)),
        },
        {
          name: "end",
          head: "End",
          cell: (event) => event.date_end !== null && sessionTime(clock.seconds(event.date_end)),
        },
        { name: "driver", head: "Driver", cell: (event) => event.name_acronym },
        { name: "lap", head: "Lap", isNumber: true, cell: (event) => event.lap_number },
        { name: "sector", head: "Sector", isNumber: true, cell: (event) => event.sector },
      ]}
    />
  );
  return (
    <section class="ribbon" aria-label={title}>
      <div class="ribbon-head">
        <span>{error ? `${title}: not read, ${error.message}` : title}</span>
        <RibbonLegend kinds={legendOf(events, clock)} />
      </div>
      <ChartFigure
        title={`${title}: ${summary(events)}`}
        count={places.length}
        index={index}
        onMove={(at) => show((held.current = at))}
        onOpen={open}
        speak={(at) => sentence(clock, places[at] ?? 0, events)}
        table={table}
      >
        <Sized height={HEIGHT}>
          {(width) => {
            const scale = linear(0, Math.max(1, (clock.end - clock.start) / 1000), PAD, width - PAD);
            const at = (event: PointerEvent | MouseEvent) => {
              const box = (event.currentTarget as Element).getBoundingClientRect();
              return nearest(places, scale.invert(event.clientX - box.left));
            };
            return (
              <div
                onPointerMove={(event) => show(at(event))}
                onPointerLeave={() => show(held.current)}
                onClick={(event) => open(at(event))}
              >
                <RibbonDrawing
                  width={width}
                  height={HEIGHT}
                  pad={PAD}
                  scale={scale}
                  clock={clock}
                  events={events}
                  drivers={drivers}
                  second={second}
                  isRead={clock.view.rows !== null}
                />
              </div>
            );
          }}
        </Sized>
      </ChartFigure>
    </section>
  );
}

function summary(events: readonly RibbonEvent[]): string {
  const counted = (["safety_car", "virtual_safety_car", "red_flag", "stop", "retired"] as const).map((kind) => {
    const number = events.filter((event) => event.kind === kind).length;
    return number ? `${number} ${EVENT_WORDS[kind].toLowerCase()}` : "";
  });
  return counted.filter(Boolean).join(", ") || "nothing to note";
}
