import { Flag } from "../../components/flag";
import type { FlagKind } from "../../components/flag";
import type { TrackStatus } from "./rows";

export const STATUS: Record<TrackStatus, { flag: FlagKind; name: string; short: string }> = {
  green: { flag: "green", name: "Green", short: "green" },
  virtual_safety_car: { flag: "virtual_safety_car", name: "Virtual safety car", short: "VSC" },
  safety_car: { flag: "safety_car", name: "Safety car", short: "SC" },
  red_flag: { flag: "red", name: "Red flag", short: "red flag" },
};

/** What was out on the track, as a mark with its name for readers; green has none. */
export function StatusMark({ status }: { status: TrackStatus | null }) {
  if (!status || status === "green") return null;
  const { flag, name } = STATUS[status];
  return <span class="status-mark" title={name}><Flag kind={flag} size={16} /><span class="sr">{name}</span></span>;
}
