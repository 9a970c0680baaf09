import type { ComponentChildren } from "preact";
import { useMemo, useState } from "preact/hooks";
import { setCursor, useCursor } from "../../charts/cursor";
import { ChartFigure } from "../../charts/figure";
import { Sized } from "../../charts/svg";
import type { DriverStyles } from "../../drivers";
import { navigate, sessionPath } from "../../router";
import type { Session } from "../../session";
import type { StintAxis } from "./axis";
import { StintTip, stintSentence } from "./stint-tip";
import type { DriverStints } from "./stints";
import { StintsDrawing } from "./stints-drawing";
import { layoutOf, placed } from "./stints-layout";
import type { Layout, PlacedStint } from "./stints-layout";

interface Props {
  session: Session;
  drivers: readonly DriverStints[];
  styles: DriverStyles;
  axis: StintAxis;
  isRace: boolean;
  table: () => ComponentChildren;
}

/** Index of the stint under the pointer, and the place on the axis. */
function under(event: PointerEvent | MouseEvent, stints: readonly PlacedStint[], axis: StintAxis, layout: Layout) {
  const box = (event.currentTarget as Element).getBoundingClientRect();
  const [x, y] = [event.clientX - box.left, event.clientY - box.top];
  const row = Math.floor((y - layout.top) / layout.rowHeight);
  const value = layout.scale.invert(x);
  const isInside = x >= layout.left && x <= layout.right;
  const index = stints.findIndex(({ stint, row: of }) => {
    const span = axis.spanOf(stint);
    return of === row && span !== null && value >= span.from && value < span.to;
  });
  return { index: index < 0 ? null : index, place: isInside ? axis.cursorAt(value) : null };
}

/** Stints and stops; the arrow keys go from stint to stint, Enter opens its laps. */
export function StintsChart({ session, drivers, styles, axis, isRace, table }: Props) {
  const [index, setIndex] = useState<number | null>(null);
  const stints = useMemo(() => placed(drivers, axis), [drivers, axis]);
  const cursor = useCursor(axis.cursor);
  const active = index === null ? null : (stints[index] ?? null);

  const move = (to: number) => {
    setIndex(to);
    const stint = stints[to]?.stint;
    const end = stint && axis.spanOf(stint)?.to;
    if (end !== undefined) setCursor(axis.cursor, end);
  };
  const open = (at: number) => {
    const stint = stints[at]?.stint;
    if (stint) navigate(`${sessionPath(session.session_key, "laps")}?drivers=${stint.driver_number}&lap=${stint.lap_start ?? 1}`);
  };
  return (
    <ChartFigure title="Stints and stops" count={stints.length} index={index} onMove={move} onOpen={open} speak={(at) => (stints[at] ? stintSentence(stints[at]) : "")} table={table}>
      <Sized>
        {(width) => {
          const layout = layoutOf(width, drivers.length, axis);
          const point = (event: PointerEvent) => {
            const found = under(event, stints, axis, layout);
            setIndex(found.index);
            setCursor(axis.cursor, found.place);
          };
          const leave = () => {
            setIndex(null);
            setCursor(axis.cursor, null);
          };
          const click = (event: MouseEvent) => {
            const found = under(event, stints, axis, layout).index;
            if (found !== null) open(found);
          };
          return (
            <>
              <div class={active ? "stints is-open" : "stints"} onPointerMove={point} onPointerLeave={leave} onClick={click}>
                <StintsDrawing drivers={drivers} styles={styles} axis={axis} layout={layout} isRace={isRace} active={active?.stint ?? null} cursor={cursor} />
              </div>
              {active && <StintTip place={active} axis={axis} layout={layout} />}
            </>
          );
        }}
      </Sized>
    </ChartFigure>
  );
}
