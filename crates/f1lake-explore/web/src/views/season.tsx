import { State } from "../components/state";
import type { SeasonViewProps } from "./types";

export default function SeasonView({ year }: SeasonViewProps) {
  return <div class="panel"><State title="Season" text={String(year ?? "")} /></div>;
}
