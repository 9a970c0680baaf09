import { Svg } from "../../charts/svg";
import { LapAxis, TimeAxis } from "./axis";
import { Base, Flags, PartNames } from "./ground";
import { Head, Moments } from "./moments";
import type { RibbonProps } from "./props";

export function RibbonDrawing(props: RibbonProps) {
  return (
    <Svg width={props.width} height={props.height}>
      <Base {...props} />
      <Flags {...props} />
      <PartNames {...props} />
      {props.isRead && (props.clock.laps.length ? <LapAxis {...props} /> : <TimeAxis {...props} />)}
      <Moments {...props} />
      <Head {...props} />
    </Svg>
  );
}
