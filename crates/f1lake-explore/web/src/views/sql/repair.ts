import { nameOf, tokenize } from "./tokens";

/** The query with a name replaced wherever it stands as a name: not in texts and comments. */
export function repaired(sql: string, wrong: string, right: string): string {
  const parts = wrong.split(".");
  const tokens = tokenize(sql);
  let text = "";
  let done = 0;
  for (let at = 0; at < tokens.length; at++) {
    const name = tokens.slice(at, at + 2 * parts.length - 1);
    const isWrong = parts.every((part, i) => {
      const token = name[2 * i];
      return (
        token && ["name", "function"].includes(token.kind) && nameOf(sql, token).toLowerCase() === part.toLowerCase()
      );
    });
    if (!isWrong) continue;
    text += sql.slice(done, name[0]!.from) + right;
    done = name.at(-1)!.to;
    at += name.length - 1;
  }
  return text + sql.slice(done);
}
