import { ErrorState } from "../components/error-state";
import { Link } from "../components/link";
import { Loading } from "../components/loading";
import { State } from "../components/state";
import { useSessions } from "../session";
import { Facts } from "./season/facts";
import { Form } from "./season/form";
import { Progress } from "./season/progress";
import { Rounds } from "./season/rounds";
import { Standings } from "./season/standings";
import { Teammates } from "./season/teammates";
import type { SeasonViewProps } from "./types";

function Years({ years, year }: { years: readonly number[]; year: number }) {
  if (years.length < 2) return null;
  return (
    <nav class="seg" aria-label="Season">
      {years.map((other) => (
        <Link key={other} href={`/season/${other}`} aria-current={other === year ? "true" : undefined}>
          {other}
        </Link>
      ))}
    </nav>
  );
}

/** Standings, teammates and form of a season, as far as the lake has its rounds. */
export default function SeasonView({ year: asked }: SeasonViewProps) {
  const sessions = useSessions();
  if (!sessions.value) {
    return (
      <div class="panel">
        <h1 class="sr">Season {asked}</h1>
        {sessions.error ? <ErrorState error={sessions.error} retry={sessions.retry} /> : <Loading view={sessions} />}
      </div>
    );
  }
  const years = [...new Set(sessions.value.map((session) => session.year))].sort((a, b) => a - b);
  const year = asked ?? years.at(-1);
  if (year === undefined || !years.includes(year)) {
    return (
      <div class="panel">
        <h1 class="sr">Season {year}</h1>
        <State
          title={year === undefined ? "The lake has no season yet" : `There is no season ${year} in the lake`}
          text="The page shows a season as soon as one of its sessions lands."
          action={
            years.length > 0 && (
              <Link class="btn primary" href={`/season/${years.at(-1)}`}>
                See {years.at(-1)}
              </Link>
            )
          }
        />
      </div>
    );
  }
  return (
    <div class="stack" key={year}>
      <div class="season-head">
        <h1>Season {year}</h1>
        <Years years={years} year={year} />
      </div>
      <Facts season={year} />
      <div class="grid">
        <Rounds season={year} />
        <Standings season={year} of="drivers" />
        <Standings season={year} of="teams" />
        <Progress season={year} />
        <Teammates season={year} />
        <Form season={year} />
      </div>
    </div>
  );
}
