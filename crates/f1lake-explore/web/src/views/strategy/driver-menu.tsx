import { useEffect, useRef, useState } from "preact/hooks";
import { Driver } from "../../components/driver";
import { Icon } from "../../components/icon";
import type { DriverStyles } from "../../drivers";

export const MOST_IN_COLOUR = 6;

interface Props {
  order: readonly number[];
  styles: DriverStyles;
  reference: number;
  inColour: readonly number[];
  onReference: (driver_number: number) => void;
  onColour: (drivers: readonly number[]) => void;
}

/** Picks the driver to whom the gaps are, and who is in colour. */
export function DriverMenu({ order, styles, reference, inColour, onReference, onColour }: Props) {
  const [isOpen, setOpen] = useState(false);
  const box = useRef<HTMLSpanElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!isOpen) return;
    box.current?.querySelector<HTMLInputElement>("input[type=radio]:checked")?.focus();
    const outside = (event: Event) => event.target instanceof Node && !box.current?.contains(event.target) && setOpen(false);
    document.addEventListener("pointerdown", outside);
    return () => document.removeEventListener("pointerdown", outside);
  }, [isOpen]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || !isOpen) return;
    event.stopPropagation();
    setOpen(false);
    button.current?.focus();
  };
  const isFull = inColour.length >= MOST_IN_COLOUR;
  const toggle = (number: number, isOn: boolean) => onColour(isOn ? [...inColour, number] : inColour.filter((other) => other !== number));
  return (
    <span ref={box} class="driver-menu" onKeyDown={onKeyDown}>
      <button ref={button} type="button" class="btn" aria-expanded={isOpen} aria-haspopup="dialog" onClick={() => setOpen(!isOpen)}>
        <span class="sr">Gap to </span>
        <Driver driver={styles.get(reference)} number={reference} />
        <span class="sr">, drivers in colour</span>
        <span class="caret"><Icon name="right" /></span>
      </button>
      {isOpen && (
        <div class="menu" role="dialog" aria-label="Drivers of the chart">
          <p class="menu-head"><span>Gap to</span><span>In colour, up to {MOST_IN_COLOUR}</span></p>
          <ul>
            {order.map((number) => {
              const isReference = number === reference;
              const isOn = inColour.includes(number);
              const name = styles.get(number)?.full_name ?? String(number);
              return (
                <li key={number}>
                  <label class="check">
                    <input type="radio" name="reference" aria-label={`Gap to ${name}`} checked={isReference} onChange={() => onReference(number)} />
                    <Driver driver={styles.get(number)} number={number} name="last" />
                  </label>
                  <label class="check">
                    <input type="checkbox" aria-label={`${name} in colour`} checked={isOn} disabled={isReference || (isFull && !isOn)} onChange={(event) => toggle(number, event.currentTarget.checked)} />
                  </label>
                </li>
              );
            })}
          </ul>
        </div>
      )}
    </span>
  );
}
