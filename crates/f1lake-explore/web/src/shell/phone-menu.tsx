import { useEffect, useRef, useState } from "preact/hooks";
import { Icon } from "../components/icon";
import { openDialog } from "./dialogs";
import { LakeNav } from "./lake-nav";
import { SpeedUnits } from "./top-bar";

/** On a phone the pages, the unit of speed and the keys are behind one button. */
export function PhoneMenu() {
  const [isOpen, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!isOpen) return;
    const outside = (event: Event) =>
      event.target instanceof Node && !box.current?.contains(event.target) && setOpen(false);
    document.addEventListener("pointerdown", outside);
    return () => document.removeEventListener("pointerdown", outside);
  }, [isOpen]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") setOpen(false);
  };
  const showKeys = () => {
    setOpen(false);
    openDialog.set("keys");
  };
  return (
    <div ref={box} class="menu-btn" onKeyDown={onKeyDown}>
      <button
        type="button"
        class="btn quiet icon"
        aria-label="Menu"
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        <Icon name={isOpen ? "close" : "menu"} />
      </button>
      {isOpen && (
        <div class="menu">
          <LakeNav class="menu-nav" onFollow={() => setOpen(false)} />
          <div class="menu-row">
            <span>Speed</span>
            <SpeedUnits />
          </div>
          <button type="button" class="menu-item" onClick={showKeys}>
            Keys
          </button>
        </div>
      )}
    </div>
  );
}
