import { useEffect, useRef } from "preact/hooks";
import type { Completion } from "./completion";

export const LIST_ID = "sql-completions";
export const optionId = (index: number) => `${LIST_ID}-${index}`;

interface Props {
  options: readonly Completion[];
  selected: number;
  left: number;
  top: number;
  onPick: (option: Completion) => void;
}

/** Completions under the cursor, with what the selected one means. */
export function CompletionList({ options, selected, left, top, onPick }: Props) {
  const list = useRef<HTMLUListElement>(null);
  const option = options[selected];
  useEffect(
    () => list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" }),
    [selected, options],
  );
  return (
    <div class="sug" style={{ left: `${left}px`, top: `${top}px` }}>
      <ul ref={list} role="listbox" id={LIST_ID} aria-label="Completions">
        {options.map((other, i) => (
          <li
            key={other.label}
            id={optionId(i)}
            role="option"
            aria-selected={i === selected}
            onPointerDown={(event) => {
              event.preventDefault();
              onPick(other);
            }}
          >
            {other.label}
            <span class="faint">{other.detail}</span>
          </li>
        ))}
      </ul>
      {option && (
        <p>
          <b>{option.label}</b>
          {option.info && (
            <>
              <br />
              {option.info}
            </>
          )}
        </p>
      )}
    </div>
  );
}
