import type { LineSeries, TipRow } from "../line-chart";

interface Props {
  title: string;
  rows: readonly TipRow[];
  series: readonly LineSeries[];
  /** Place of the cursor in the chart, px. */
  left: number;
  width: number;
}

const AWAY_PX = 12;

/** A line's bar in the box of values: whole, or in pieces for a dashed line. */
function Mark({ line }: { line: LineSeries | undefined }) {
  return <i class={line?.dash?.length ? "bar two" : "bar"} style={{ "--c": line?.colour ?? "var(--control)" }} />;
}

/** The box of values at the cursor, on the side that has more room. */
export function TipBox({ title, rows, series, left, width }: Props) {
  const isRight = left < width / 2;
  const place = isRight ? { left: `${left + AWAY_PX}px` } : { right: `${width - left + AWAY_PX}px` };
  return (
    <div class="tip" style={place} aria-hidden="true">
      <h3>{title}</h3>
      <table>
        <tbody>
          {rows.map((row) => {
            const line = series.find((other) => other.key === row.key);
            return (
              <tr key={row.key}>
                <td>
                  <span class="drv">
                    <Mark line={line} />
                    <b>{line?.label}</b>
                  </span>
                </td>
                {row.cells.map((cell, i) => (
                  <td key={i} class={i ? "muted" : "num"}>
                    {cell}
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
