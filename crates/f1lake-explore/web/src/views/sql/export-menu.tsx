import { useEffect, useRef, useState } from "preact/hooks";
import { exportSql } from "../../api";
import type { ExportFormat } from "../../api";
import { isAbort } from "../../errors";

const FORMATS: readonly { format: ExportFormat; text: string }[] = [
  { format: "csv", text: "CSV" },
  { format: "parquet", text: "Parquet" },
  { format: "json", text: "JSON" },
  { format: "arrow", text: "Arrow" },
];

/** Gives a file to the browser as a download. */
function save(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** All rows of a query as a file. */
export function ExportMenu({ sql }: { sql: string }) {
  const [isOpen, setOpen] = useState(false);
  const [running, setRunning] = useState<ExportFormat | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const controller = useRef<AbortController | null>(null);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => () => controller.current?.abort(), []);
  useEffect(() => {
    if (!isOpen) return;
    box.current?.querySelector<HTMLElement>("[role=menuitem]")?.focus();
    const outside = (event: PointerEvent) => {
      if (event.target instanceof Node && !box.current?.contains(event.target)) setOpen(false);
    };
    document.addEventListener("pointerdown", outside);
    return () => document.removeEventListener("pointerdown", outside);
  }, [isOpen]);

  const close = () => {
    setOpen(false);
    box.current?.querySelector("button")?.focus();
  };
  const start = (format: ExportFormat) => {
    close();
    const own = new AbortController();
    controller.current = own;
    setRunning(format);
    setProblem(null);
    exportSql(sql, format, own.signal)
      .then(
        (blob) => save(blob, `query.${format}`),
        (error: unknown) => {
          if (!isAbort(error)) setProblem(error instanceof Error ? error.message : String(error));
        },
      )
      .finally(() => setRunning(null));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const items = [...(box.current?.querySelectorAll<HTMLElement>("[role=menuitem]") ?? [])];
    const at = items.indexOf(document.activeElement as HTMLElement);
    if (event.key === "Escape") close();
    else if (event.key === "ArrowDown") items[(at + 1) % items.length]?.focus();
    else if (event.key === "ArrowUp") items[(at - 1 + items.length) % items.length]?.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div class="export" ref={box} onKeyDown={isOpen ? onKeyDown : undefined}>
      {problem !== null && (
        <span class="bad-text" role="alert">
          {problem}
        </span>
      )}
      {running ? (
        <button type="button" class="btn quiet" onClick={() => controller.current?.abort()}>
          Writing {running}, stop
        </button>
      ) : (
        <button
          type="button"
          class="btn quiet"
          aria-haspopup="menu"
          aria-expanded={isOpen}
          title="All rows of the query as a file"
          onClick={() => setOpen(!isOpen)}
        >
          <svg
            width="16"
            height="16"
            viewBox="0 0 16 16"
            fill="none"
            stroke="currentColor"
            stroke-width="1.5"
            stroke-linecap="round"
            stroke-linejoin="round"
            aria-hidden="true"
          >
            <path d="M8 2.5v7m-3-3 3 3 3-3M3 13h10" />
          </svg>
          Export
        </button>
      )}
      {isOpen && (
        <div class="menu" role="menu" aria-label="Format of the file">
          {FORMATS.map(({ format, text }) => (
            <button key={format} type="button" role="menuitem" tabIndex={-1} onClick={() => start(format)}>
              {text}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}
