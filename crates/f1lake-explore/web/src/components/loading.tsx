interface Props {
  view: { isLoading: boolean; isSlow: boolean; isStopped: boolean; stop(): void; retry(): void };
  lines?: number;
}

const WIDTHS = ["30%", "67%", "54%", "41%", "78%", "65%"];

/** Nothing for 300 ms, then grey lines and "Reading the lake", after 5 s a Stop. */
export function Loading({ view, lines = 6 }: Props) {
  if (view.isStopped) {
    return (
      <p class="waiting">
        Stopped.{" "}
        <button type="button" class="btn" onClick={view.retry}>
          Try again
        </button>
      </p>
    );
  }
  if (!view.isLoading) return <div class="quiet-wait" />;
  return (
    <div class="loading" aria-busy="true">
      <p class="waiting" role="status">
        {view.isSlow ? "Still reading" : "Reading the lake"}
        {view.isSlow && (
          <button type="button" class="btn" onClick={view.stop}>
            Stop
          </button>
        )}
      </p>
      <div class="lines" aria-hidden="true">
        {Array.from({ length: lines }, (_, i) => (
          <div key={i}>
            <i class="skel" />
            <i class="skel" />
            <i class="skel" style={{ width: WIDTHS[i % WIDTHS.length] }} />
            <i class="skel" />
          </div>
        ))}
      </div>
    </div>
  );
}
