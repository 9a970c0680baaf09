import { useMemo } from "preact/hooks";
import { setCursor, useCursor } from "../../charts/cursor";
import { ChartFigure } from "../../charts/figure";
import { Sized } from "../../charts/svg";
import { useSessionClock } from "../../clock";
import { DataTable } from "../../components/data-table";
import { Panel } from "../../components/panel";
import { bandsOf } from "../../components/ribbon/events";
import type { RibbonEvent } from "../../components/ribbon/events";
import { State } from "../../components/state";
import { Known } from "../../components/unknown";
import { sessionTime, utcTime, wallTime } from "../../format";
import { useObjects, useView } from "../../use-view";
import type { SessionViewProps } from "../types";
import type { Reading, WeatherRange } from "./weather-row";
import { STRIPS_PX, WeatherStrips } from "./weather-strips";

const tenth = (value: number) => value.toFixed(1);

/** Weather on the axis of the ribbon: track, air, wind, rain. */
export function Weather({ session }: SessionViewProps) {
  const params = { session_key: session.session_key };
  const view = useView("session_weather", params);
  const all = useObjects<Reading>(view.rows);
  const range = useObjects<WeatherRange>(useView("session_weather_range", params).rows)[0];
  const events = useObjects<RibbonEvent>(useView("ribbon_events", params).rows);
  const clock = useSessionClock(session);
  const readings = useMemo(
    () => all.filter((reading) => reading.date >= clock.start && reading.date <= clock.end),
    [all, clock],
  );
  const time = useCursor("time");
  const index = useMemo(
    () => nearest(readings, time === null ? null : clock.start + time * 1000),
    [readings, time, clock],
  );

  const show = (at: number | null) => {
    const reading = at === null ? undefined : readings[at];
    const second = reading ? clock.seconds(reading.date) : null;
    setCursor("time", second);
    if (clock.laps.length) setCursor("lap", second === null ? null : clock.lapAt(second));
  };
  const when = (reading: Reading) => {
    const second = clock.seconds(reading.date);
    const lap = clock.lapAt(second);
    return `${sessionTime(second)}${lap === null ? "" : `, lap ${lap}`}`;
  };
  const sentence = (reading: Reading | undefined) =>
    reading
      ? `${when(reading)}: track ${words(reading.track_temperature)} °C, air ${words(reading.air_temperature)} °C, wind ${words(reading.wind_speed)} m/s, ${reading.is_raining ? "rain" : "dry"}`
      : "";
  const table = () => (
    <DataTable
      caption="Weather, once a minute"
      rows={all}
      height={420}
      selected={index === null ? null : all.indexOf(readings[index]!)}
      columns={[
        {
          name: "date",
          head: "Time",
          isRowHead: true,
          cell: (row) => <time title={utcTime(row.date)}>{wallTime(row.date, session.gmt_offset)}</time>,
        },
        { name: "session_time", head: "Session", isNumber: true, cell: (row) => sessionTime(clock.seconds(row.date)) },
        {
          name: "track_temperature",
          head: "Track, °C",
          isNumber: true,
          cell: (row) => <Known value={row.track_temperature}>{tenth}</Known>,
        },
        {
          name: "air_temperature",
          head: "Air, °C",
          isNumber: true,
          cell: (row) => <Known value={row.air_temperature}>{tenth}</Known>,
        },
        {
          name: "wind_speed",
          head: "Wind, m/s",
          isNumber: true,
          cell: (row) => <Known value={row.wind_speed}>{tenth}</Known>,
        },
        {
          name: "wind_direction",
          head: "from, °",
          isNumber: true,
          isLow: true,
          cell: (row) => <Known value={row.wind_direction}>{String}</Known>,
        },
        {
          name: "humidity",
          head: "Humidity, %",
          isNumber: true,
          isLow: true,
          cell: (row) => <Known value={row.humidity}>{(value) => value.toFixed(0)}</Known>,
        },
        {
          name: "is_raining",
          head: "Rain",
          cell: (row) => <Known value={row.is_raining}>{(isWet) => (isWet ? "rain" : "dry")}</Known>,
        },
      ]}
    />
  );
  return (
    <Panel
      class="c12"
      title="Weather"
      aside="once a minute, on the time axis of the ribbon"
      sql={{ name: "session_weather", params }}
      table={all.length ? table : undefined}
      view={view}
      isFlush
    >
      {all.length ? (
        <ChartFigure
          title="Weather during the session"
          count={readings.length}
          index={index}
          onMove={show}
          speak={(at) => sentence(readings[at])}
          table={table}
        >
          <Sized height={STRIPS_PX}>
            {(width) => (
              <WeatherStrips
                width={width}
                readings={readings}
                range={range}
                clock={clock}
                bands={bandsOf(events, clock)}
                index={index}
                readout={index === null ? "" : sentence(readings[index])}
                onPoint={(second) => show(second === null ? null : nearest(readings, clock.start + second * 1000))}
              />
            )}
          </Sized>
        </ChartFigure>
      ) : (
        <State title="No weather for this session" text="The lake has no readings of it." />
      )}
    </Panel>
  );
}

const words = (value: number | null) => (value === null ? "not known" : tenth(value));

function nearest(readings: readonly Reading[], epoch: number | null): number | null {
  if (epoch === null || !readings.length) return null;
  const after = readings.findIndex((reading) => reading.date >= epoch);
  if (after < 0) return readings.length - 1;
  const before = readings[after - 1];
  return before && epoch - before.date < (readings[after]?.date ?? 0) - epoch ? after - 1 : after;
}
