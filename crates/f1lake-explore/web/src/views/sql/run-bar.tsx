import { count } from "../../format";
import { rowsText, tookText } from "./result-words";
import type { Ran, Run } from "./run";

interface Props {
  run: Run;
  onRun: () => void;
  onStop: () => void;
}

const MOST_ROWS = 100_000;

function Said({ run }: { run: Run }) {
  if (run.isRunning)
    return <>{run.wait === "slow" ? "Still reading" : run.wait === "loading" ? "Reading the lake" : ""}</>;
  if (run.isStopped) return <>Stopped</>;
  return run.result && !run.error ? <Done result={run.result} /> : null;
}

function Done({ result }: { result: Ran }) {
  return (
    <>
      <b>{rowsText(result)}</b>
      {result.elapsed !== null && ` in ${tookText(result.elapsed)}`}
    </>
  );
}

/** Run, stop, and what became of it. */
export function RunBar({ run, onRun, onStop }: Props) {
  return (
    <div class="runbar">
      <button type="button" class="btn primary" onClick={onRun}>
        <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
          <path d="M4.5 3v10l8.5-5z" fill="currentColor" />
        </svg>
        Run <kbd>Ctrl ↵</kbd>
      </button>
      <button type="button" class="btn" disabled={!run.isRunning} onClick={onStop}>
        Stop <kbd>Esc</kbd>
      </button>
      <span class="said" role="status">
        <Said run={run} />
      </span>
      <span class="limits faint lo">Read only. Up to 10 s and {count(MOST_ROWS)} rows; export has no limit.</span>
    </div>
  );
}
