/** Kinds the server sends, and `gone` when it does not respond at all. */
export type ErrorKind =
  | "token"
  | "host"
  | "origin"
  | "method"
  | "too_large"
  | "no_lake"
  | "empty_lake"
  | "no_gold"
  | "no_table"
  | "no_column"
  | "sql"
  | "timeout"
  | "busy"
  | "not_found"
  | "parameter"
  | "circuit"
  | "no_telemetry"
  | "failed"
  | "gone";

export interface Suggestion {
  wrong: string;
  right: string;
}

export class ApiError extends Error {
  readonly kind: ErrorKind;
  readonly hint: string | null;
  readonly suggestion: Suggestion | null;

  constructor(kind: ErrorKind, message: string, hint: string | null = null, suggestion: Suggestion | null = null) {
    super(message);
    this.kind = kind;
    this.hint = hint;
    this.suggestion = suggestion;
  }
}

export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}
