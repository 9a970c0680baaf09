import { render } from "preact";
import { Shell } from "./shell/shell";

export * from "./shared";

render(<Shell />, document.getElementById("app")!);
