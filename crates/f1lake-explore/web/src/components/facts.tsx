import type { ComponentChildren } from "preact";

export interface Fact {
  name: string;
  value: ComponentChildren;
  note?: ComponentChildren;
}

/** A row of figures without boxes; six fit. */
export function Facts({ facts }: { facts: readonly Fact[] }) {
  return (
    <dl class="facts">
      {facts.map(({ name, value, note }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            {value}
            {note !== undefined && <small>{note}</small>}
          </dd>
        </div>
      ))}
    </dl>
  );
}
