import { useEffect, useRef } from "preact/hooks";
import { Check } from "../../components/controls";
import { Driver } from "../../components/driver";
import { Panel } from "../../components/panel";
import type { SqlOf } from "../../components/panel";
import { Known } from "../../components/unknown";
import { lapTime } from "../../format";
import type { ViewState } from "../../use-view";
import { MOST_PICKED } from "./use-drivers";
import type { LapsDriver, LapsDrivers } from "./use-drivers";

const STEPS: Record<string, number> = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1, Home: -Infinity, End: Infinity };

function Row({ driver, isFull, toggle }: { driver: LapsDriver; isFull: boolean; toggle: (driver: number) => void }) {
  const number = driver.driver_number;
  const letters = driver.style?.name_acronym ?? String(number);
  return (
    <li>
      <Check isChecked={driver.isPicked} isDisabled={isFull && !driver.isPicked} onChange={() => toggle(number)}>
        <Driver driver={driver.style} number={number} />
        {driver.label !== letters && <span class="faint">{number}</span>}
        <span class="faint num"><Known value={driver.median}>{lapTime}</Known></span>
      </Check>
    </li>
  );
}

/** All drivers with their medians; those that are ticked are in colour. One tab stop. */
export function DriverList({ drivers, view, sql }: { drivers: LapsDrivers; view: ViewState; sql: SqlOf }) {
  const list = useRef<HTMLOListElement>(null);
  const { all, picked, toggle } = drivers;
  const isFull = picked.length >= MOST_PICKED;
  const boxes = () => [...(list.current?.querySelectorAll<HTMLInputElement>("input:not(:disabled)") ?? [])];

  useEffect(() => {
    const stops = boxes();
    const stop = stops.find((box) => box === document.activeElement) ?? stops.find((box) => box.checked) ?? stops[0];
    for (const box of stops) box.tabIndex = box === stop ? 0 : -1;
  });
  const onKeyDown = (event: KeyboardEvent) => {
    const step = STEPS[event.key];
    if (step === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    const stops = boxes();
    const at = stops.findIndex((box) => box === document.activeElement);
    const next = stops[Math.min(stops.length - 1, Math.max(0, at + step))];
    if (at < 0 || !next) return;
    event.preventDefault();
    for (const box of stops) box.tabIndex = box === next ? 0 : -1;
    next.focus();
  };
  return (
    <Panel
      class="pick"
      title="Drivers"
      aside={`${picked.length} of ${MOST_PICKED}`}
      sql={sql}
      view={view}
      isFlush
      note={<>Median of clean laps.<br />Drivers not picked stay grey.</>}
    >
      <ol ref={list} onKeyDown={onKeyDown}>
        {all.map((driver) => <Row key={driver.driver_number} driver={driver} isFull={isFull} toggle={toggle} />)}
      </ol>
    </Panel>
  );
}
