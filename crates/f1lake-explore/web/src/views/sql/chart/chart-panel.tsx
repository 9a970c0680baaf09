import { Segments } from "../../../components/controls";
import { Panel } from "../../../components/panel";
import { useParam } from "../../../param";
import type { ResultColumn } from "../cells";
import { Bars } from "./bars";
import { choicesOf, settle } from "./choice";
import type { ChartKind } from "./choice";
import { Lines } from "./lines";
import { Points } from "./points";

interface Props {
  columns: readonly ResultColumn[];
  length: number;
}

const KINDS = [
  { value: "lines", text: "Lines" },
  { value: "points", text: "Points" },
  { value: "bars", text: "Bars" },
] as const;
const isKind = (text: string): text is ChartKind => KINDS.some(({ value }) => value === text);
/** In the address: no series, though the guess has one. */
const NO_SERIES = "-";

interface SelectProps {
  label: string;
  value: string;
  columns: readonly ResultColumn[];
  none?: boolean;
  onChange: (name: string) => void;
}

function Select({ label, value, columns, none, onChange }: SelectProps) {
  return (
    <label class="pick">
      <span class="faint">{label}</span>
      <select class="btn" value={value || NO_SERIES} onChange={(event) => onChange(event.currentTarget.value)}>
        {none && <option value={NO_SERIES}>none</option>}
        {columns.map(({ name }, i) => (
          <option key={i} value={name}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

/** A chart of the result: lines, points or bars of the chosen columns. */
export function ChartPanel({ columns, length }: Props) {
  const [kind, setKind] = useParam("chart", "");
  const [x, setX] = useParam("x", "");
  const [y, setY] = useParam("y", "");
  const [by, setBy] = useParam("by", "");
  const wanted = { kind: isKind(kind) ? kind : undefined, x: x || undefined, y: y || undefined, by: by || undefined };
  const choice = settle(wanted, columns, length);
  const named = (name: string) => columns.find((column) => column.name === name);
  const [cx, cy] = [choice && named(choice.x), choice && named(choice.y)];
  const choices = choice && choicesOf(choice.kind, columns);
  const draw = () => {
    if (!choice || !cx || !cy)
      return (
        <p class="faint">{length ? "The result has no column of numbers to draw." : "There are no rows to draw."}</p>
      );
    const parts = { x: cx, y: cy, by: named(choice.by), length };
    if (choice.kind === "lines") return <Lines {...parts} />;
    return choice.kind === "points" ? <Points {...parts} /> : <Bars {...parts} />;
  };
  return (
    <Panel
      title="Chart"
      tools={
        choice &&
        choices && (
          <>
            <Segments<ChartKind> label="Kind of chart" options={KINDS} value={choice.kind} onChange={setKind} />
            <Select label="x" value={choice.x} columns={choices.x} onChange={setX} />
            <Select label="y" value={choice.y} columns={choices.y} onChange={setY} />
            <Select
              label={choice.kind === "points" ? "mark" : "by"}
              value={choice.by}
              columns={choices.by}
              none
              onChange={setBy}
            />
          </>
        )
      }
    >
      {draw()}
    </Panel>
  );
}
