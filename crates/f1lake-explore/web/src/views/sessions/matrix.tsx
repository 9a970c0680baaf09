import { useRef, useState } from "preact/hooks";
import { Link } from "../../components/link";
import { lastName } from "../../drivers";
import { dayRange } from "../../format";
import { useKeys } from "../../keys";
import { sessionPath } from "../../router";
import { placeName } from "../../session";
import type { Session } from "../../session";
import { Findings, Marks, marksInWords } from "./marks";
import type { Slot, Weekend } from "./weekends";

const PLACES = 5;
const MOVES: Record<string, readonly [number, number]> = {
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
};

const MATRIX_KEYS = [
  { key: "ArrowUp", label: "← ↑ ↓ →", text: "in the weekends" },
  { key: "Enter", text: "open" },
];

interface CellProps {
  slot: Slot;
  isStop: boolean;
  isHere: boolean;
  onFocus: (session_key: number) => void;
}

function Cell({ slot, isStop, isHere, onFocus }: CellProps) {
  const { session } = slot;
  if (!session)
    return (
      <span class="cell none">
        <b>{slot.name}</b>
        <span>not landed</span>
      </span>
    );
  if (slot.isHidden)
    return (
      <span class="cell none">
        <b>{slot.name}</b>
        <span>filtered</span>
      </span>
    );
  return (
    <Link
      class={isHere ? "cell is-here" : "cell"}
      href={sessionPath(session.session_key)}
      tabIndex={isStop ? 0 : -1}
      title={`${session.session_name}: ${marksInWords(session)}`}
      onFocus={() => onFocus(session.session_key)}
    >
      <b>
        {slot.name}
        <span class="sr">
          , {placeName(session)}: {marksInWords(session)}
        </span>
      </b>
      <Marks session={session} />
      <Findings number={session.findings} />
    </Link>
  );
}

/** Winners of the race and the sprint, once asked for. */
function Winners({ slots }: { slots: readonly Slot[] }) {
  const shown = slots.filter(({ name, session }) => session?.winner && (name === "Race" || name === "Sprint"));
  return (
    <td class="win">
      {shown.reverse().map(({ name, session }) => (
        <span key={name}>
          {name === "Sprint" ? "Sprint: " : ""}
          {lastName(session?.winner ?? "")}
        </span>
      ))}
    </td>
  );
}

interface Props {
  year: number;
  weekends: readonly Weekend[];
  lastSession: number | null;
  hasWinners: boolean;
}

/** A row a weekend. The matrix is one tab stop; arrows move inside, Enter opens. */
export function Matrix({ year, weekends, lastSession, hasWinners }: Props) {
  useKeys({ where: "Sessions", keys: MATRIX_KEYS });
  const [focused, setFocused] = useState<number | null>(null);
  const body = useRef<HTMLTableSectionElement>(null);
  const open = weekends.flatMap((weekend) =>
    weekend.slots.flatMap((slot) => (slot.session && !slot.isHidden ? [slot.session] : [])),
  );
  const isOpen = (key: number | null) => open.some((session: Session) => session.session_key === key);
  const stop = isOpen(focused) ? focused : isOpen(lastSession) ? lastSession : open[0]?.session_key;

  const onKeyDown = (event: KeyboardEvent) => {
    const move = MOVES[event.key];
    if (!move || event.altKey || event.ctrlKey || event.metaKey) return;
    const rows = [...(body.current?.rows ?? [])]
      .map((row) => [...row.querySelectorAll<HTMLAnchorElement>("a.cell")])
      .filter((row) => row.length);
    const r = rows.findIndex((row) => row.includes(document.activeElement as HTMLAnchorElement));
    if (r < 0) return;
    const c = rows[r]!.indexOf(document.activeElement as HTMLAnchorElement);
    const row = rows[r + move[0]];
    row?.[Math.min(row.length - 1, Math.max(0, c + move[1]))]?.focus();
    event.preventDefault();
  };
  return (
    <div class="scroll">
      <table class={hasWinners ? "mx winners" : "mx"}>
        <caption class="sr">Sessions of {year}, newest first</caption>
        <colgroup>
          <col class="rd" />
          <col class="gp" />
          <col class="dt" />
        </colgroup>
        <tbody ref={body} onKeyDown={onKeyDown}>
          {weekends.map(({ meeting_key, any, slots, from, to }) => (
            <tr
              key={meeting_key}
              class={
                slots.some((slot) => slot.session && slot.session.session_key === lastSession) ? "here" : undefined
              }
            >
              <td class="num faint rd">{any.round}</td>
              <th scope="row">
                <span class="gp" title={any.meeting_official_name ?? undefined}>
                  {placeName(any)}
                </span>
                <span class="faint ci">{any.circuit_short_name}</span>
                {any.is_sprint_weekend && <span class="tag line">Sprint</span>}
              </th>
              <td class="muted dt">{dayRange(from, to, any.gmt_offset)}</td>
              {slots.slice(0, PLACES).map((slot) => (
                <td key={slot.session?.session_key ?? slot.name}>
                  <Cell
                    slot={slot}
                    isStop={slot.session?.session_key === stop}
                    isHere={slot.session !== null && slot.session.session_key === lastSession}
                    onFocus={setFocused}
                  />
                </td>
              ))}
              {slots.length < PLACES && <td class="rest" colSpan={PLACES - slots.length} />}
              {hasWinners && <Winners slots={slots} />}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
