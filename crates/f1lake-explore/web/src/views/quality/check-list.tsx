import { Fragment } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Icon } from "../../components/icon";
import type { DriverStyles } from "../../drivers";
import { count, share } from "../../format";
import { CheckState } from "./check-state";
import { checkTitle, driversText, kindOf, KINDS } from "./checks";
import type { CheckRow } from "./checks";
import { OddRows } from "./odd-rows";

interface Props {
  checks: readonly CheckRow[];
  drivers: DriverStyles;
  session_key: number;
  /** The check whose rows are open. */
  open: string;
  onOpen: (check: string) => void;
}

const COLUMNS = 7;

function Odd({ check }: { check: CheckRow }) {
  if (check.status === "not checked") return <span class="faint">nothing to look at</span>;
  return (
    <>
      {count(check.odd)} <span class="faint">of {count(check.looked_at)}</span>
    </>
  );
}

function Share({ percent }: { percent: number | null }) {
  return (
    <span class="share">
      <i aria-hidden="true">
        <b style={{ width: `${Math.max(3, Math.min(100, percent ?? 0))}%` }} />
      </i>
      {share(percent)}
    </span>
  );
}

/** A line per check; a line opens its rows in place. One tab stop, arrow keys, Enter. */
export function CheckList({ checks, drivers, session_key, open, onOpen }: Props) {
  const [active, setActive] = useState(0);
  const body = useRef<HTMLTableSectionElement>(null);
  const takesFocus = useRef(false);
  const current = Math.min(active, Math.max(0, checks.length - 1));
  useEffect(() => {
    if (!takesFocus.current) return;
    takesFocus.current = false;
    body.current?.querySelector<HTMLElement>(`[data-place="${current}"]`)?.focus();
  });

  const go = (to: number) => {
    takesFocus.current = true;
    setActive(Math.min(checks.length - 1, Math.max(0, to)));
  };
  const toggle = (check: CheckRow) => onOpen(check.check_name === open ? "" : check.check_name);
  const onKeyDown = (event: KeyboardEvent) => {
    const check = checks[current];
    if (!check || event.ctrlKey || event.metaKey || event.altKey || !(event.target as Element).matches("tr.ck")) return;
    const moves: Record<string, () => void> = {
      ArrowDown: () => go(current + 1),
      ArrowUp: () => go(current - 1),
      Home: () => go(0),
      End: () => go(checks.length - 1),
      Enter: () => toggle(check),
      " ": () => toggle(check),
    };
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    move();
  };
  return (
    <div class="scroll">
      <table class="ql" role="treegrid">
        <caption class="sr">Checks of this session</caption>
        <thead>
          <tr>
            <th scope="col" data-column="status">
              State
            </th>
            <th scope="col" data-column="description">
              Check
            </th>
            <th scope="col" class="lo">
              Kind
            </th>
            <th scope="col" class="num" data-column="odd looked_at">
              Odd
            </th>
            <th scope="col" class="lo" data-column="odd_percent">
              Share
            </th>
            <th scope="col" class="lo">
              Drivers
            </th>
            <th scope="col">
              <span class="sr">Rows</span>
            </th>
          </tr>
        </thead>
        <tbody ref={body} onKeyDown={onKeyDown}>
          {checks.map((check, place) => {
            const isOpen = check.check_name === open;
            const isFound = check.status === "warned";
            const kind = KINDS[kindOf(check.check_name)];
            return (
              <Fragment key={check.check_name}>
                <tr
                  class={isFound ? "ck" : "ck ok"}
                  data-place={place}
                  data-check={check.check_name}
                  tabIndex={place === current ? 0 : -1}
                  aria-expanded={isOpen}
                  onClick={() => {
                    setActive(place);
                    toggle(check);
                  }}
                >
                  <td>
                    <CheckState status={check.status} />
                  </td>
                  <th scope="row" title={check.description}>
                    {checkTitle(check.check_name)}
                    <span class="sub">{check.description}</span>
                  </th>
                  <td class="lo faint" title={kind.title}>
                    {kind.text}
                  </td>
                  <td class="num">
                    <Odd check={check} />
                  </td>
                  <td class="lo">{isFound && <Share percent={check.odd_percent} />}</td>
                  <td class="lo">{isFound && driversText(check.drivers, drivers)}</td>
                  <td class="chev">
                    <Icon name="right" />
                  </td>
                </tr>
                {isOpen && (
                  <tr class="odd-rows">
                    <td colSpan={COLUMNS}>
                      <OddRows check={check} session_key={session_key} />
                    </td>
                  </tr>
                )}
              </Fragment>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
