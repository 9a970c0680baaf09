/** The query as a call of the Python module. The text ends with a line break, so that a quote at its end is not a fourth one. */
export function asPython(sql: string, place: string): string {
  const text = sql.trim().replaceAll("\\", "\\\\").replaceAll('"""', '\\"\\"\\"');
  return `import f1lake\n\nf1lake.sql(\n    """\n${text}\n""",\n    lake=${JSON.stringify(place)},\n)\n`;
}

/** A value as text for a spreadsheet: no tabs, no line breaks. */
const plain = (text: string) => text.replace(/[\t\r\n]+/g, " ");

/** Rows with tabs between the cells, as spreadsheets paste them. */
export function asTabs(names: readonly string[], rows: Iterable<readonly string[]>): string {
  const lines = [names.map(plain).join("\t")];
  for (const row of rows) lines.push(row.map(plain).join("\t"));
  return `${lines.join("\n")}\n`;
}
