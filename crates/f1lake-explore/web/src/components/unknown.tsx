import type { ComponentChildren } from "preact";
import { NOT_KNOWN } from "../format";

/** An absent value. A dash stands only where a value cannot exist. */
export function NotKnown() {
  return <span class="unknown">{NOT_KNOWN}</span>;
}

/** The value by its format, or "not known". */
export function Known<T>({
  value,
  children,
}: {
  value: T | null | undefined;
  children: (value: T) => ComponentChildren;
}) {
  return value === null || value === undefined ? <NotKnown /> : <>{children(value)}</>;
}
