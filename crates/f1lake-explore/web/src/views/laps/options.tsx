import { useEffect, useState } from "preact/hooks";
import { Segments, Slider } from "../../components/controls";
import { MOST_COST, MOST_KG } from "./use-pace";
import type { Pace } from "./use-pace";

const SETTLE_MS = 120;
const COST_STEP = 0.001;
const costText = (cost: number) => `${cost.toFixed(3)}\u00a0s/kg`;
const kgText = (kg: number) => `${Number(kg.toFixed(1))}\u00a0kg`;

interface DraggedProps {
  label: string;
  value: number;
  max: number;
  step: number;
  text: (value: number) => string;
  onSettle: (value: number) => void;
  isDisabled: boolean;
}

/** A slider that asks for new rows when the hand rests, not at each step. */
function Dragged({ value, text, onSettle, ...rest }: DraggedProps) {
  const [held, hold] = useState<number | null>(null);
  useEffect(() => {
    if (held === null) return;
    const timer = setTimeout(() => {
      hold(null);
      onSettle(held);
    }, SETTLE_MS);
    return () => clearTimeout(timer);
  }, [held]);
  const shown = held ?? value;
  return <Slider {...rest} min={0} value={shown} text={text(shown)} onChange={hold} />;
}

interface Props {
  isClean: boolean;
  setClean: (isClean: boolean) => void;
  pace: Pace;
}

/** Which laps are drawn, and what is subtracted from their times. */
export function Options({ isClean, setClean, pace }: Props) {
  const isOff = pace.correction === "none";
  return (
    <div class="opts">
      <Segments
        label="Laps"
        value={isClean ? "clean" : "all"}
        options={[{ value: "clean", text: "Clean laps" }, { value: "all", text: "All laps" }]}
        onChange={(value) => setClean(value === "clean")}
      />
      {pace.canCorrect && (
        <>
          <Segments
            label="Pace"
            value={pace.correction}
            options={[
              { value: "none", text: "As driven" },
              { value: "fuel", text: "Fuel corrected" },
              ...(pace.hasTyres ? [{ value: "tyres" as const, text: "Fuel and tyres" }] : []),
            ]}
            onChange={pace.setCorrection}
          />
          <Dragged label="Fuel at start" value={pace.kg} max={MOST_KG} step={1} text={kgText} onSettle={pace.setKg} isDisabled={isOff} />
          <Dragged label="Cost" value={pace.cost} max={MOST_COST} step={COST_STEP} text={costText} onSettle={pace.setCost} isDisabled={isOff} />
        </>
      )}
    </div>
  );
}

/** The parameters of the correction in words; null when the times are as driven. */
export function correctionText(pace: Pace): string | null {
  if (pace.correction === "none") return null;
  const fuel = `Fuel corrected: ${kgText(pace.kg)} at the start, burnt evenly over ${pace.laps} laps, ${costText(pace.cost)}, an assumption.`;
  if (pace.correction === "fuel") return `${fuel} Times are those of a car without fuel.`;
  return `${fuel} Tyres corrected: slope of the stint times the age of its tyres. Times are those of a car without fuel on new tyres; stints with fewer than five clean laps have no slope and are left out.`;
}
