import type { ComponentChildren } from "preact";

export interface Option<T extends string> {
  value: T;
  text: ComponentChildren;
  title?: string;
}

interface SegmentsProps<T extends string> {
  /** Name of the group, for readers. */
  label: string;
  options: readonly Option<T>[];
  value: T;
  onChange: (value: T) => void;
  class?: string;
}

/** One choice out of few. */
export function Segments<T extends string>({ label, options, value, onChange, class: extra = "" }: SegmentsProps<T>) {
  return (
    <div class={`seg ${extra}`} role="group" aria-label={label}>
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          title={option.title}
          aria-pressed={option.value === value}
          onClick={() => onChange(option.value)}
        >
          {option.text}
        </button>
      ))}
    </div>
  );
}

interface CheckProps {
  isChecked: boolean;
  onChange: (isChecked: boolean) => void;
  children: ComponentChildren;
  isDisabled?: boolean;
}

export function Check({ isChecked, onChange, children, isDisabled }: CheckProps) {
  return (
    <label class="check">
      <input
        type="checkbox"
        checked={isChecked}
        disabled={isDisabled}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      {children}
    </label>
  );
}

export function Switch({ isChecked, onChange, children }: CheckProps) {
  return (
    <label class="switch">
      <input
        type="checkbox"
        role="switch"
        checked={isChecked}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      {children}
    </label>
  );
}

interface SliderProps {
  label: string;
  value: number;
  min: number;
  max: number;
  step: number;
  /** The value with its unit, such as "105 kg". */
  text: string;
  onChange: (value: number) => void;
  isDisabled?: boolean;
}

export function Slider({ label, value, min, max, step, text, onChange, isDisabled }: SliderProps) {
  return (
    <label class="slider">
      <span>{label}</span>
      <input
        type="range"
        value={value}
        min={min}
        max={max}
        step={step}
        disabled={isDisabled}
        aria-valuetext={text}
        onInput={(event) => onChange(event.currentTarget.valueAsNumber)}
      />
      <output>{text}</output>
    </label>
  );
}

interface ChipProps {
  isOn: boolean;
  onChange: (isOn: boolean) => void;
  children: ComponentChildren;
  title?: string;
}

/** A filter that is on or off. */
export function Chip({ isOn, onChange, children, title }: ChipProps) {
  return (
    <button type="button" class="chip" title={title} aria-pressed={isOn} onClick={() => onChange(!isOn)}>
      {children}
    </button>
  );
}
