import { useEffect, useRef } from "preact/hooks";
import { singleKeys } from "./settings";
import { createStore } from "./store";

export interface KeyBinding {
  /** As `KeyboardEvent.key`, such as "c" or "ArrowUp"; "g s" for one after the other. */
  key: string;
  /** What the ? dialog says, such as "clean or all laps". */
  text: string;
  /** How the dialog writes the key, when not as `key`. */
  label?: string;
  /** Left out for keys that a component handles itself. */
  run?: () => void;
}

export interface KeyGroup {
  where: string;
  keys: readonly KeyBinding[];
}

const groups: { current: KeyGroup }[] = [];
/** The groups of keys that are active now, in the order of the ? dialog. */
export const activeKeys = createStore<readonly KeyGroup[]>([]);

const CHORD_MS = 1000;
let first = "";
let firstAt = 0;

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable) return true;
  if (target instanceof HTMLInputElement) return !["checkbox", "radio", "range", "button"].includes(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}

/** Enter and Space belong to the control that has the focus. */
const isForControl = (event: KeyboardEvent) =>
  (event.key === "Enter" || event.key === " ") &&
  event.target instanceof Element &&
  !event.target.matches("body, main");

function find(pressed: string): KeyBinding | undefined {
  for (const group of [...groups].reverse()) {
    const found = group.current.keys.find((binding) => binding.run && binding.key === pressed);
    if (found) return found;
  }
  return undefined;
}

function onKeyDown(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key.length === 1 && singleKeys.get() === "off") return;
  if (isTyping(event.target) || isForControl(event) || document.querySelector("dialog[open]")) return;
  const chord = Date.now() - firstAt < CHORD_MS ? find(`${first} ${event.key}`) : undefined;
  first = event.key;
  firstAt = Date.now();
  const binding = chord ?? find(event.key);
  if (!binding?.run) return;
  event.preventDefault();
  binding.run();
}

export function listenToKeys(): () => void {
  document.addEventListener("keydown", onKeyDown);
  return () => document.removeEventListener("keydown", onKeyDown);
}

/** Registers keys while the component is on the screen; the ? dialog lists them. */
export function useKeys(group: KeyGroup): void {
  const entry = useRef(group);
  entry.current = group;
  const shown = group.where + group.keys.map((binding) => binding.key).join();
  useEffect(() => {
    groups.push(entry);
    const tell = () => activeKeys.set(groups.map((other) => other.current));
    tell();
    return () => {
      groups.splice(groups.indexOf(entry), 1);
      tell();
    };
  }, [shown]);
}
