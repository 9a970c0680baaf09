import { serverGone } from "../api";
import { Icon } from "../components/icon";
import { changedLake, lakeError, lookAtLake, showChanges, useLake } from "../lake";
import { useStore } from "../store";

/** Banners above the content: the server is gone or has a new token, or the lake changed. None moves the page by itself. */
export function Notices() {
  const isGone = useStore(serverGone);
  const isRefused = useStore(lakeError)?.kind === "token";
  const changed = useStore(changedLake);
  const hasContent = useLake() !== null;
  if (!hasContent || (!isGone && !isRefused && !changed)) return null;
  return (
    <div class="notices">
      {!isGone && isRefused && (
        <div class="banner bad" role="alert">
          <Icon name="warning" />
          <span>
            <b>This address has no valid token.</b> Open the address that <code>f1lake explore</code> printed last.
          </span>
        </div>
      )}
      {isGone && (
        <div class="banner bad" role="alert">
          <Icon name="warning" />
          <span>
            <b>f1lake is no longer running.</b> What is loaded stays here.
          </span>
          <button type="button" class="btn" onClick={() => void lookAtLake()}>
            Try again
          </button>
        </div>
      )}
      {!isGone && changed && (
        <div class="banner" role="status">
          <Icon name="warning" />
          <span>
            <b>The lake changed.</b> New rows landed.
          </span>
          <button type="button" class="btn" onClick={showChanges}>
            Show them
          </button>
        </div>
      )}
    </div>
  );
}
