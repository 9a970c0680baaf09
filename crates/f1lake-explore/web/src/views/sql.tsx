import { State } from "../components/state";

export default function SqlView() {
  return <div class="panel"><State title="SQL" /></div>;
}
