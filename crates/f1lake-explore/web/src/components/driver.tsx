import type { DriverStyle } from "../drivers";

interface Props {
  driver: DriverStyle | undefined;
  /** Shown when the driver is not in the list of the session. */
  number?: number;
  /** Letters only, letters with the last name, or with the full name, whose first part hides on a phone. */
  name?: "none" | "last" | "full";
}

export function DriverBar({ driver }: { driver: DriverStyle | undefined }) {
  return <i class={driver?.isSecond ? "bar two" : "bar"} style={{ "--c": driver?.colour ?? "var(--control)" }} />;
}

/** A driver: a bar in the team colour and three letters in ink. */
export function Driver({ driver, number, name = "none" }: Props) {
  if (!driver)
    return (
      <span class="drv">
        <DriverBar driver={driver} />
        <b>{number}</b>
      </span>
    );
  return (
    <span class="drv" title={`${driver.full_name}, ${driver.team_name}`}>
      <DriverBar driver={driver} />
      <b>{driver.name_acronym}</b>
      {name === "last" && <span class="nm">{driver.last_name}</span>}
      {name === "full" && (
        <span class="nm">
          <span class="fn">{driver.first_name} </span>
          {driver.last_name}
        </span>
      )}
    </span>
  );
}
