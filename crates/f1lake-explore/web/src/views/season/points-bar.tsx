import { NO_COLOUR } from "../../colour";

const WIDTH = 104;

interface Props {
  /** Of the most points, 0 to 1. */
  share: number;
  colour: string | undefined;
  isSecond?: boolean;
}

/** Points as a length; hollow for the second car of a team. */
export function PointsBar({ share, colour = NO_COLOUR, isSecond }: Props) {
  const width = Math.round(share * (WIDTH - 1) * 10) / 10;
  return (
    <svg width={WIDTH} height="10" viewBox={`0 0 ${WIDTH} 10`} aria-hidden="true">
      {width > 0 && (
        <rect
          x=".5"
          y="1"
          width={width}
          height="8"
          rx="1.5"
          fill={isSecond ? "var(--surface)" : colour}
          stroke={colour}
          stroke-width="1.500"
        />
      )}
    </svg>
  );
}
