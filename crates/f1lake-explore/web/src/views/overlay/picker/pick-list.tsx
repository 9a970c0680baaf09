import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";

export interface PickItem {
  key: string | number;
  content: ComponentChildren;
  /** What typing finds, in lower case. */
  typed: string;
  isDisabled?: boolean;
}

interface Props {
  label: string;
  items: readonly PickItem[];
  chosen: number;
  onChoose: (index: number) => void;
  /** Enter, or a click. */
  onTake: (index: number) => void;
  class?: string;
  hasFocus?: boolean;
  children?: ComponentChildren;
}

const TYPING_MS = 900;
const PAGE = 10;

/** A list of which one is chosen: one tab stop, arrow keys, and typing goes to a name or number. */
export function PickList({ label, items, chosen, onChoose, onTake, class: extra = "", hasFocus, children }: Props) {
  const list = useRef<HTMLUListElement>(null);
  const typed = useRef({ text: "", at: 0 });
  const id = useId();
  useEffect(() => list.current?.children[chosen]?.scrollIntoView({ block: "nearest" }), [chosen, items]);
  useEffect(() => {
    if (hasFocus) list.current?.focus();
  }, []);

  const type = (key: string) => {
    const now = Date.now();
    typed.current = {
      text: (now - typed.current.at < TYPING_MS ? typed.current.text : "") + key.toLowerCase(),
      at: now,
    };
    const found = items.findIndex((item) => item.typed.split(" ").some((word) => word.startsWith(typed.current.text)));
    if (found >= 0) onChoose(found);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const to = (index: number) => () => onChoose(Math.min(items.length - 1, Math.max(0, index)));
    const moves: Record<string, () => void> = {
      ArrowDown: to(chosen + 1),
      ArrowUp: to(chosen - 1),
      PageDown: to(chosen + PAGE),
      PageUp: to(chosen - PAGE),
      Home: to(0),
      End: to(items.length - 1),
      Enter: () => onTake(chosen),
    };
    const move = moves[event.key] ?? (event.key.length === 1 && event.key !== " " ? () => type(event.key) : undefined);
    if (!move || !items.length) return;
    event.preventDefault();
    move();
  };
  return (
    <div class={`pick-column ${extra}`}>
      <h3 id={id}>{label}</h3>
      <ul
        ref={list}
        class="pick-list"
        role="listbox"
        tabIndex={0}
        aria-labelledby={id}
        aria-activedescendant={items[chosen] ? `${id}-${chosen}` : undefined}
        data-pick={label}
        onKeyDown={onKeyDown}
      >
        {items.map((item, index) => (
          <li
            key={item.key}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === chosen}
            aria-disabled={item.isDisabled}
            onClick={() => {
              onChoose(index);
              onTake(index);
            }}
          >
            {item.content}
          </li>
        ))}
      </ul>
      {children}
    </div>
  );
}
