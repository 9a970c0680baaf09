import { EXAMPLES } from "./examples";

/** Queries to begin with. */
export function ExampleList({ onPick }: { onPick: (sql: string) => void }) {
  return (
    <ul class="examples">
      {EXAMPLES.map((example) => (
        <li key={example.title}>
          <button type="button" onClick={() => onPick(`-- ${example.question}\n${example.sql}\n`)}>
            <b>{example.title}</b>
            <span>{example.question}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
