import { useEffect, useRef, useState } from "preact/hooks";
import { useLake } from "../lake";
import { CopyButton } from "./copy";
import { Link } from "./link";

/** The same query as a command. `--` comes first, since a query can begin with a comment. */
export function asCommand(sql: string, place: string): string {
  const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
  return `f1lake sql --lake ${quote(place)} -- ${quote(sql)}`;
}

/** The path of the SQL page with a query in its editor. */
export const sqlPagePath = (sql: string) => `/sql?sql=${encodeURIComponent(sql)}`;

interface Props {
  load: () => Promise<string>;
  onClose: () => void;
}

export function SqlPopover({ load, onClose }: Props) {
  const [text, setText] = useState<string | null>(null);
  const [error, setError] = useState<string | null>(null);
  const box = useRef<HTMLDivElement>(null);
  const place = useLake()?.place ?? "./lake";

  useEffect(() => {
    let isOver = false;
    load().then(
      (sql) => !isOver && setText(sql.trim()),
      (failure: Error) => !isOver && setError(failure.message),
    );
    return () => void (isOver = true);
  }, []);

  useEffect(() => {
    const before = document.activeElement;
    box.current?.focus();
    const outside = (event: PointerEvent) => {
      if (event.target instanceof Node && !box.current?.parentElement?.contains(event.target)) onClose();
    };
    document.addEventListener("pointerdown", outside);
    return () => {
      document.removeEventListener("pointerdown", outside);
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    onClose();
  };
  return (
    <div ref={box} class="sql-pop" role="dialog" aria-label="SQL of this panel" tabIndex={-1} onKeyDown={onKeyDown}>
      {error !== null && <p class="bad-text">{error}</p>}
      <pre tabIndex={0}>
        <code>{text ?? ""}</code>
      </pre>
      {text !== null && (
        <div class="actions">
          <CopyButton text={text} />
          <CopyButton text={asCommand(text, place)} label="Copy as command" />
          <Link class="btn" href={sqlPagePath(text)}>
            Open on the SQL page
          </Link>
        </div>
      )}
    </div>
  );
}
