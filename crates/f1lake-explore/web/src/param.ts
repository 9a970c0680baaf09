import { useCallback, useMemo } from "preact/hooks";
import { currentPlace, navigate, usePlace } from "./router";

export type ParamValue = string | number | boolean | readonly number[];

/** The type of a parameter follows its default: `0` makes a number, `false` a switch, `[]` a list of numbers. */
export type Widen<T extends ParamValue> = T extends string
  ? string
  : T extends number
    ? number
    : T extends boolean
      ? boolean
      : readonly number[];

function encode(value: ParamValue): string {
  return typeof value === "boolean" ? (value ? "1" : "0") : String(value);
}

function decode(text: string | null, fallback: ParamValue): ParamValue {
  if (text === null) return fallback;
  if (typeof fallback === "boolean") return text === "1" ? true : text === "0" ? false : fallback;
  if (typeof fallback === "number") {
    const number = Number(text);
    return text !== "" && Number.isFinite(number) ? number : fallback;
  }
  if (typeof fallback === "string") return text;
  return text
    .split(",")
    .filter((part) => /^\d+$/.test(part))
    .map(Number);
}

function write(name: string, text: string | null, push: boolean): void {
  const { path, search } = currentPlace();
  const params = new URLSearchParams(search);
  if (text === null) params.delete(name);
  else params.set(name, text);
  const query = params.toString().replaceAll("%2C", ",");
  navigate(path + (query && `?${query}`), { replace: !push });
}

/**
 * State of a view that lives in the query string. The default is not written there.
 * `push` adds a step to the history, for a choice that "back" should undo.
 */
export function useParam<T extends ParamValue>(
  name: string,
  fallback: T,
): [Widen<T>, (value: Widen<T>, options?: { push?: boolean }) => void] {
  const text = new URLSearchParams(usePlace().search).get(name);
  const plain = encode(fallback);
  const value = useMemo(() => decode(text, fallback) as Widen<T>, [text, plain]);
  const set = useCallback(
    (next: Widen<T>, options: { push?: boolean } = {}) => {
      const encoded = encode(next);
      write(name, encoded === plain ? null : encoded, options.push ?? false);
    },
    [name, plain],
  );
  return [value, set];
}
