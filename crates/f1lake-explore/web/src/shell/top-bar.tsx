import { Segments } from "../components/controls";
import { Icon } from "../components/icon";
import { speedUnit, theme } from "../settings";
import { useStore } from "../store";
import { nextTheme } from "../theme";
import { Brand } from "./brand";
import { openDialog } from "./dialogs";
import { LakeNav } from "./lake-nav";
import { PhoneMenu } from "./phone-menu";

const THEME_TEXT = { system: "as the system", dark: "dark", light: "light" } as const;

export function SpeedUnits({ class: extra }: { class?: string }) {
  return (
    <Segments
      class={extra}
      label="Unit of speed"
      value={useStore(speedUnit)}
      options={[
        { value: "km/h", text: "km/h" },
        { value: "mph", text: "mph" },
      ]}
      onChange={speedUnit.set}
    />
  );
}

export function TopBar() {
  const themeText = `Theme: ${THEME_TEXT[useStore(theme)]}`;
  return (
    <header class="top">
      <PhoneMenu />
      <Brand />
      <LakeNav class="gnav" />
      <div class="push">
        <button type="button" class="jump" onClick={() => openDialog.set("find")}>
          <Icon name="search" />
          <span class="sr">Find a session, driver or lap</span>
          <span class="words" aria-hidden="true">
            Session, driver, lap
          </span>
          <kbd aria-hidden="true">/</kbd>
        </button>
        <SpeedUnits class="opt" />
        <button type="button" class="btn quiet icon" aria-label={themeText} title={themeText} onClick={nextTheme}>
          <Icon name="theme" />
        </button>
        <button
          type="button"
          class="btn quiet icon opt"
          aria-label="Keys"
          title="Keys (?)"
          onClick={() => openDialog.set("keys")}
        >
          <Icon name="help" />
        </button>
      </div>
    </header>
  );
}
