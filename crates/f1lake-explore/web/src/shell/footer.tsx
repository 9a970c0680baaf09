import { plural } from "../format";
import { useLake } from "../lake";
import type { Session } from "../session";

function contents(sessions: readonly Session[]): string {
  const years = sessions.map((session) => session.year);
  const [first, last] = [Math.min(...years), Math.max(...years)];
  return `${plural(sessions.length, "session")}, ${first === last ? first : `${first}–${last}`}`;
}

export function Footer({ sessions }: { sessions: readonly Session[] }) {
  const lake = useLake();
  const isOpen = lake !== null && lake.state !== "no_lake";
  return (
    <footer class="status">
      {lake && (
        <span>
          <i class={isOpen ? "dot" : "dot none"} />
          {isOpen ? "Lake open, read only" : "No lake"}
        </span>
      )}
      {sessions.length > 0 && <span>{contents(sessions)}</span>}
      {isOpen && lake.generated && <span>Demo data, generated</span>}
      <span class="push">Data: OpenF1 (CC BY-NC-SA 4.0). Not affiliated with Formula 1.</span>
    </footer>
  );
}
