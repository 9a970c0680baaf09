import type { ApiError } from "../../api";
import { ErrorState } from "../../components/error-state";
import { Link } from "../../components/link";
import { State } from "../../components/state";
import { sessionPath } from "../../router";

interface Props {
  error: ApiError;
  retry: () => void;
  /** Takes the last lap out; undefined when there is only one. */
  onRemoveLast?: () => void;
  /** Goes back to the laps that the view chooses. */
  onStartOver: () => void;
}

const REFUSALS = ["circuit", "no_telemetry", "not_found", "parameter"];

/** Why the laps cannot be laid over each other, and the way on. */
export function Refusal({ error, retry, onRemoveLast, onStartOver }: Props) {
  if (!REFUSALS.includes(error.kind)) {
    return (
      <div class="panel">
        <ErrorState error={error} retry={retry} />
      </div>
    );
  }
  const action = (
    <>
      {onRemoveLast && (
        <button type="button" class="btn primary" onClick={onRemoveLast}>
          Remove the last lap
        </button>
      )}
      <button type="button" class={onRemoveLast ? "btn" : "btn primary"} onClick={onStartOver}>
        Show the two best laps
      </button>
    </>
  );
  return (
    <div class="panel">
      <State
        title={error.message}
        text={error.hint ?? "Take it out, or begin with the two best laps of this session."}
        action={action}
      />
    </div>
  );
}

interface NoTelemetryProps {
  session: string;
  session_key: number;
  /** Undefined when no session of the circuit has telemetry. */
  onAdd?: () => void;
}

export function NoTelemetry({ session, session_key, onAdd }: NoTelemetryProps) {
  const laps = (
    <Link class={onAdd ? "btn" : "btn primary"} href={sessionPath(session_key, "laps")}>
      Open the laps
    </Link>
  );
  return (
    <div class="panel">
      <State
        title="No telemetry for this session"
        text={`OpenF1 has laps for ${session}, but no car data or positions. Laps, strategy and race control still work.`}
        action={
          onAdd ? (
            <>
              <button type="button" class="btn primary" onClick={onAdd}>
                Pick laps of other sessions
              </button>
              {laps}
            </>
          ) : (
            laps
          )
        }
      />
    </div>
  );
}
