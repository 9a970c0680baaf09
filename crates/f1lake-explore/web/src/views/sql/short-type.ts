const SHORT_TYPES: readonly (readonly [RegExp, string])[] = [
  [/^(array|list)/i, "list"],
  [/^(struct|map)/i, "struct"],
  [/^(u?int|bigint|smallint|tinyint)/i, "int"],
  [/^(double|float|real|decimal|numeric)/i, "float"],
  [/^(string|varchar|utf8|largeutf8|text|char)/i, "text"],
  [/^bool/i, "bool"],
  [/^timestamp/i, "time"],
  [/^date/i, "day"],
];

/** int for BIGINT and Int64, text for STRING and Utf8View. */
export const shortType = (type: string) =>
  SHORT_TYPES.find(([pattern]) => pattern.test(type))?.[1] ?? type.toLowerCase();
