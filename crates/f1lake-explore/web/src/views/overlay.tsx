import { State } from "../components/state";
import type { SessionViewProps } from "./types";

export default function OverlayView({ session }: SessionViewProps) {
  return <div class="panel"><State title="Overlay" text={session.session_name} /></div>;
}
