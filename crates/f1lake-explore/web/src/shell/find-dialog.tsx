import { useEffect, useRef, useState } from "preact/hooks";
import { DriverBar } from "../components/driver";
import { Icon } from "../components/icon";
import { useDriverStyle } from "../drivers";
import { navigate } from "../router";
import type { Session } from "../session";
import { Dialog } from "./dialog";
import { openDialog } from "./dialogs";
import { findItems } from "./find-items";
import type { FindItem } from "./find-items";

interface Props {
  sessions: readonly Session[];
  session: Session | null;
}

/** Finds sessions everywhere, and drivers and laps of the session on the screen. */
export function FindDialog({ sessions, session }: Props) {
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const list = useRef<HTMLUListElement>(null);
  const drivers = useDriverStyle(session?.session_key ?? null);
  const items = findItems(text, sessions, session, drivers.values());

  useEffect(() => list.current?.children[at]?.scrollIntoView({ block: "nearest" }), [at]);

  const go = (item: FindItem | undefined) => {
    if (!item) return;
    openDialog.set(null);
    navigate(item.path);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const last = items.length - 1;
    const moves: Record<string, () => void> = {
      ArrowDown: () => setAt(at >= last ? 0 : at + 1),
      ArrowUp: () => setAt(at <= 0 ? last : at - 1),
      Enter: () => go(items[at]),
    };
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    move();
  };
  const onInput = (value: string) => {
    setText(value);
    setAt(0);
  };
  return (
    <Dialog label="Find a session, driver or lap" class="find-dialog">
      <label class="find-field">
        <Icon name="search" />
        <input
          type="text"
          role="combobox"
          autocomplete="off"
          spellcheck={false}
          placeholder={session ? "Session, driver, lap" : "Session"}
          aria-label="Session, driver or lap"
          aria-expanded="true"
          aria-controls="find-list"
          aria-activedescendant={items[at] ? `find-${items[at].key}` : undefined}
          value={text}
          onInput={(event) => onInput(event.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
        <kbd>Esc</kbd>
      </label>
      <ul ref={list} id="find-list" class="find-list" role="listbox" aria-label="Found">
        {items.map((item, i) => (
          <li
            key={item.key}
            id={`find-${item.key}`}
            role="option"
            aria-selected={i === at}
            onClick={() => go(item)}
            onPointerMove={() => i !== at && setAt(i)}
          >
            {item.driver && <DriverBar driver={item.driver} />}
            <span>{item.text}</span>
            <span class="faint">{item.note}</span>
          </li>
        ))}
      </ul>
      {!items.length && <p class="find-none">Nothing in the lake has this name.</p>}
    </Dialog>
  );
}
