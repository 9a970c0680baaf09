import { render } from "preact";
import { askEarly } from "./api";
import { lake, lookAtLake } from "./lake";
import { parseRoute } from "./router";
import { Shell } from "./shell/shell";

export * from "./shared";

// Asked for before anything is drawn: the list of sessions waits for these.
void lookAtLake().then(() => lake.get()?.state === "ready" && askEarly("/api/sessions"));
if (parseRoute(location.pathname).view === "sessions") void import("./views/sessions");

render(<Shell />, document.getElementById("app")!);
