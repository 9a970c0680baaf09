import { count } from "../../../format";
import { MOST_SHAPES } from "./limits";
import { Mark } from "./marks";

/** Which mark is which series. */
export function SeriesLegend({ names }: { names: readonly string[] }) {
  return (
    <p class="series-legend">
      {names.slice(0, MOST_SHAPES).map((name, place) => (
        <span class="key" key={name}>
          <svg width="14" height="14" aria-hidden="true">
            <Mark name={name} place={place} areTyres={false} x={7} y={7} />
          </svg>
          {name}
        </span>
      ))}
      {names.length > MOST_SHAPES && <span>and {count(names.length - MOST_SHAPES)} more, as dots</span>}
    </p>
  );
}
