import { NotKnown } from "../../components/unknown";
import { lapTime } from "../../format";
import { shortStatus } from "./names";

export interface Placed {
  order_source: string | null;
  official_position: number | null;
  leaderboard_position: number | null;
  status: string | null;
}

/** The place in the result; DNF and the like for those without one. */
export function Place({ row }: { row: Placed }) {
  if (row.official_position !== null) return <>{row.official_position}</>;
  const short = shortStatus(row.status);
  if (short)
    return (
      <abbr class="faint" title={row.status ?? ""}>
        {short}
      </abbr>
    );
  if (row.order_source !== "official_result" && row.leaderboard_position !== null)
    return <>{row.leaderboard_position}</>;
  return <NotKnown />;
}

/** A lap time; the best of all is a chip. */
export function BestTime({ time, isBest, of }: { time: number | null; isBest: boolean; of: string }) {
  if (time === null) return <NotKnown />;
  return isBest ? (
    <span class="t-best" title={`Best of the ${of}`}>
      {lapTime(time)}
    </span>
  ) : (
    <>{lapTime(time)}</>
  );
}
