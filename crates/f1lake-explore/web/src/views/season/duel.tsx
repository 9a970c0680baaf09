import { NO_COLOUR } from "../../colour";

const HALF_PX = 90;

interface Props {
  ahead: number | null;
  behind: number | null;
  most: number;
  colour: string | undefined;
}

/** How often each was ahead: filled to the left for the first driver, hollow to the right for the teammate. */
export function Duel({ ahead, behind, most, colour = NO_COLOUR }: Props) {
  const px = (HALF_PX - 2) / most;
  const left = (ahead ?? 0) * px;
  return (
    <svg width={2 * HALF_PX} height="14" viewBox={`0 0 ${2 * HALF_PX} 14`} aria-hidden="true">
      {left > 0 && (
        <rect
          x={HALF_PX - 1 - left}
          y="3"
          width={left}
          height="8"
          rx="1.5"
          fill={colour}
          stroke={colour}
          stroke-width="1.500"
        />
      )}
      {behind !== null && behind > 0 && (
        <rect
          x={HALF_PX + 1}
          y="3"
          width={behind * px}
          height="8"
          rx="1.5"
          fill="var(--surface)"
          stroke={colour}
          stroke-width="1.500"
        />
      )}
      <path d={`M${HALF_PX} 0v14`} stroke="var(--control)" />
    </svg>
  );
}
