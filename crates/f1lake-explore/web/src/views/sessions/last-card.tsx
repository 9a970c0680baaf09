import { closedPath, fitTo } from "../../charts/outline";
import type { Point } from "../../charts/outline";
import { Svg } from "../../charts/svg";
import { Link } from "../../components/link";
import { useKeys } from "../../keys";
import { navigate } from "../../router";
import type { Session } from "../../session";
import type { LastPlace } from "../../shell/last-place";
import { useObjects, useView } from "../../use-view";

const WIDTH = 190;
const HEIGHT = 92;

/** The circuit from above; nothing when no lap of it has positions. */
function Outline({ session }: { session: Session }) {
  const params = session.circuit_key === null ? null : { circuit_key: session.circuit_key };
  const points = useObjects<Point>(useView("circuit_outline", params).rows);
  if (points.length < 3) return null;
  const fit = fitTo(points, WIDTH, HEIGHT, 8);
  return (
    <div class="mini">
      <Svg width={WIDTH} height={HEIGHT} label={session.circuit_short_name ?? "Circuit"}>
        <path
          d={closedPath(points.map(fit))}
          fill="none"
          stroke="var(--ink)"
          stroke-width="2.5"
          stroke-linejoin="round"
        />
      </Svg>
    </div>
  );
}

/** Where the user was before, with one step to go on. */
export function LastCard({ place, session }: { place: LastPlace; session: Session }) {
  useKeys({
    where: "Sessions",
    keys: [{ key: "Enter", text: "go on where you were", run: () => navigate(place.path) }],
  });
  return (
    <section class="panel cont" aria-label="Where you were">
      <Outline session={session} />
      <div class="where">
        <p>Where you were</p>
        <h2>{place.title}</h2>
        <p>{place.text}</p>
      </div>
      <Link class="btn primary" href={place.path}>
        Go on <kbd>Enter</kbd>
      </Link>
    </section>
  );
}
