import { Icon } from "../../components/icon";
import type { CheckRow } from "./checks";

/** Found, passed or not checked; the word hides on a phone where nothing was found. */
export function CheckState({ status }: { status: CheckRow["status"] }) {
  if (status === "warned")
    return (
      <span class="tag warn">
        <Icon name="warning" />
        found
      </span>
    );
  const isPassed = status === "passed";
  return (
    <span class="ckst">
      {isPassed ? (
        <span class="passed">
          <Icon name="check" />
        </span>
      ) : (
        <svg
          class="none"
          width="16"
          height="16"
          viewBox="0 0 16 16"
          stroke="currentColor"
          stroke-width="1.5"
          aria-hidden="true"
        >
          <path d="M4 8h8" />
        </svg>
      )}
      <span class="word">{status}</span>
    </span>
  );
}
