import type { ApiError } from "../errors";
import { Command } from "./copy";
import { Link } from "./link";
import { State } from "./state";

interface Props {
  error: ApiError;
  retry?: () => void;
}

/** What an error of the server says, with the words of the design. */
export function ErrorState({ error, retry }: Props) {
  const again = retry && (
    <button type="button" class="btn primary" onClick={retry}>
      Try again
    </button>
  );
  switch (error.kind) {
    case "token":
      return <NoToken />;
    case "gone":
      return (
        <State
          title="f1lake is no longer running"
          text="Start it again, then open the address that it prints."
          action={again}
        />
      );
    case "no_gold":
      return <NoGold />;
    case "timeout":
      return <State title="Stopped after 10 s" text={error.hint ?? error.message} action={again} />;
    case "busy":
      return <State title="Other queries are running" text={error.hint ?? error.message} action={again} />;
    case "not_found":
      return (
        <State
          title="There is no such page"
          text={sentence(error.message)}
          action={
            <Link class="btn primary" href="/">
              See sessions
            </Link>
          }
        />
      );
    default:
      return <State title={sentence(error.message)} text={error.hint && sentence(error.hint)} action={again} />;
  }
}

export function NoToken() {
  return (
    <State
      title="This address has no valid token"
      text={
        <>
          Open the address that <code>f1lake explore</code> printed last; each start has its own.
        </>
      }
    />
  );
}

export function NoGold() {
  return (
    <State
      title="The tables for analysis are not built"
      text="The lake has rows in bronze and silver only. Build the rest, then this page goes on by itself."
    >
      <Command text="f1lake build" />
    </State>
  );
}

/** Errors begin in lower case; a title does not. */
function sentence(message: string): string {
  return message.charAt(0).toUpperCase() + message.slice(1);
}
