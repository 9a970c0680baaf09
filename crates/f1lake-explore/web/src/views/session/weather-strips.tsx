import { Bands } from "../../charts/bands";
import type { BandKind } from "../../charts/bands";
import { linear, linePath, round, Svg } from "../../charts/svg";
import type { Scale } from "../../charts/svg";
import type { SessionClock } from "../../clock";
import type { Stretch } from "../../components/ribbon/events";
import { plural, share } from "../../format";
import type { Reading, WeatherRange } from "./weather-row";

const PAD = 10;
const STRIP = 50;
const RAIN = 26;
/** Weather comes once a minute; a longer silence breaks the line. */
const BREAK_MS = 150_000;
const WIND_PX = 38;
export const STRIPS_PX = 3 * STRIP + RAIN;

interface Props {
  width: number;
  readings: readonly Reading[];
  range: WeatherRange | undefined;
  clock: SessionClock;
  bands: readonly Stretch[];
  index: number | null;
  readout: string;
  onPoint: (second: number | null) => void;
}

const between = (low: number | null | undefined, high: number | null | undefined) =>
  low == null || high == null ? "" : `${low.toFixed(1)} to ${high.toFixed(1)}`;

function Head({ name, range, width, top }: { name: string; range: string; width: number; top: number }) {
  return (
    <>
      <text x={PAD} y={top + 13} class="ax-t" font-weight="600">
        {name}
      </text>
      <text x={width - PAD} y={top + 13} text-anchor="end" class="ax-t">
        {range}
      </text>
    </>
  );
}

interface LineProps {
  readings: readonly Reading[];
  value: (reading: Reading) => number | null;
  x: (reading: Reading) => number;
  top: number;
}

function scaleOf(values: readonly number[], top: number): Scale {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return linear(Math.floor(low * 2) / 2 - 0.2, Math.ceil(high * 2) / 2 + 0.2, top + STRIP - 6, top + 20);
}

function Temperature({ readings, value, x, top }: LineProps) {
  const known = readings.flatMap((reading) => value(reading) ?? []);
  if (!known.length)
    return (
      <text x={PAD} y={top + 34} class="ax-t" font-style="italic">
        not known
      </text>
    );
  const y = scaleOf(known, top);
  const points = readings.flatMap((reading, i) => {
    const temperature = value(reading);
    const before = readings[i - 1];
    const point = temperature === null ? null : ([x(reading), y(temperature)] as const);
    return before && reading.date - before.date > BREAK_MS ? [null, point] : [point];
  });
  return <path d={linePath(points)} fill="none" stroke="var(--ink-2)" stroke-width="1.5" stroke-linejoin="round" />;
}

/** A stick for every few readings: as long as the wind is strong, with a dot where it blows to. */
function Wind({ readings, x, top }: Omit<LineProps, "value">) {
  const middle = top + 32;
  let free = -Infinity;
  return (
    <>
      {readings.map((reading) => {
        const { wind_speed: speed, wind_direction: from } = reading;
        const at = x(reading);
        if (speed === null || from === null || at < free) return null;
        free = at + WIND_PX;
        const angle = ((from + 180) * Math.PI) / 180;
        const length = Math.min(15, 2.5 + speed * 1.7);
        const [dx, dy] = [Math.sin(angle) * length, -Math.cos(angle) * length];
        return (
          <g key={reading.date}>
            <path
              d={`M${round(at - dx)} ${round(middle - dy)}L${round(at + dx)} ${round(middle + dy)}`}
              stroke="var(--ink-2)"
              stroke-width="1.25"
            />
            <circle cx={round(at + dx)} cy={round(middle + dy)} r="1.7" fill="var(--ink-2)" />
          </g>
        );
      })}
    </>
  );
}

function rainWords(range: WeatherRange | undefined): string {
  if (!range?.samples) return "";
  if (range.has_rain === null) return "not known";
  if (!range.has_rain) return `none in ${plural(range.samples, "reading")}`;
  return `${range.rain_minutes?.toFixed(0)}\u00a0min in ${plural(range.rain_windows ?? 0, "spell")}`;
}

/** Wet readings, each until the next one. */
function Rain({ readings, x, top }: Omit<LineProps, "value">) {
  return (
    <>
      {readings.map((reading, i) => {
        const next = readings[i + 1];
        if (!reading.is_raining || !next) return null;
        return (
          <rect
            key={reading.date}
            x={round(x(reading))}
            y={top + 17}
            width={round(Math.max(1, x(next) - x(reading)))}
            height="6"
            fill="var(--tyre-w)"
          />
        );
      })}
    </>
  );
}

export function WeatherStrips({ width, readings, range, clock, bands, index, readout, onPoint }: Props) {
  const isNarrow = width < 600;
  const scale = linear(0, Math.max(1, (clock.end - clock.start) / 1000), PAD, width - PAD);
  const x = (reading: Reading) => scale(clock.seconds(reading.date));
  const shown = index === null ? undefined : readings[index];
  const rain = 3 * STRIP;
  const move = (event: PointerEvent) => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    onPoint(scale.invert(event.clientX - box.left));
  };
  return (
    <div class="strips" onPointerMove={move} onPointerLeave={() => onPoint(null)}>
      <Svg width={width} height={STRIPS_PX}>
        <Bands
          bands={bands.map((band) => ({ ...band, kind: band.kind as BandKind }))}
          scale={scale}
          top={0}
          bottom={STRIPS_PX}
          isLabelled={false}
        />
        {[STRIP, 2 * STRIP, rain].map((y) => (
          <path key={y} class="gl" d={`M0 ${y}H${width}`} />
        ))}
        <Temperature readings={readings} value={(reading) => reading.track_temperature} x={x} top={0} />
        <Temperature readings={readings} value={(reading) => reading.air_temperature} x={x} top={STRIP} />
        <Wind readings={readings} x={x} top={2 * STRIP} />
        <Rain readings={readings} x={x} top={rain} />
        <Head
          name="Track, °C"
          range={between(range?.track_temperature_min, range?.track_temperature_max)}
          width={width}
          top={0}
        />
        <Head
          name="Air, °C"
          range={between(range?.air_temperature_min, range?.air_temperature_max)}
          width={width}
          top={STRIP}
        />
        <Head
          name={isNarrow ? "Wind, m/s" : "Wind, m/s; the dot points downwind"}
          range={
            range?.wind_speed_max == null
              ? ""
              : `mean ${range.wind_speed_mean?.toFixed(1)}, at most ${range.wind_speed_max.toFixed(1)}`
          }
          width={width}
          top={2 * STRIP}
        />
        <text x={PAD} y={rain + 13} class="ax-t" font-weight="600">
          Rain
        </text>
        <text x={PAD + 36} y={rain + 13} class="ax-t">
          {rainWords(range)}
        </text>
        <text x={width - PAD} y={rain + 13} text-anchor="end" class="ax-t">
          {range?.humidity_mean == null ? "" : `humidity ${share(range.humidity_mean, 0)}`}
        </text>
        {shown && <path class="cur" d={`M${round(x(shown))} 0V${STRIPS_PX}`} />}
      </Svg>
      <p class="readout" aria-hidden="true">
        {readout || "\u00a0"}
      </p>
    </div>
  );
}
