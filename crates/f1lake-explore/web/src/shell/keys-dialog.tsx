import { Switch } from "../components/controls";
import { activeKeys } from "../keys";
import type { KeyBinding, KeyGroup } from "../keys";
import { singleKeys } from "../settings";
import { useStore } from "../store";
import { Dialog } from "./dialog";

const NAMES: Record<string, string> = {
  ArrowLeft: "←",
  ArrowRight: "→",
  ArrowUp: "↑",
  ArrowDown: "↓",
  " ": "Space",
  Escape: "Esc",
  Delete: "Del",
};

function Keys({ binding }: { binding: KeyBinding }) {
  const parts = (binding.label ?? binding.key).split(binding.key === " " ? /(?!)/ : " ").filter(Boolean);
  return (
    <>
      {(parts.length ? parts : [" "]).map((part) => (
        <kbd key={part}>{NAMES[part] ?? part}</kbd>
      ))}
    </>
  );
}

/** One section for each name; the same key twice is one line. */
function sections(groups: readonly KeyGroup[]): KeyGroup[] {
  const names = [...new Set(groups.map((group) => group.where))];
  return names
    .map((where) => {
      const keys = groups.filter((group) => group.where === where).flatMap((group) => group.keys);
      return {
        where,
        keys: keys.filter(
          (key, i) => keys.findIndex((other) => other.key === key.key && other.text === key.text) === i,
        ),
      };
    })
    .filter((group) => group.keys.length > 0);
}

export function KeysDialog() {
  const groups = sections(useStore(activeKeys));
  const isOn = useStore(singleKeys) === "on";
  return (
    <Dialog label="Keys" class="keys-dialog">
      <h2>Keys</h2>
      <div class="key-groups">
        {groups.map((group) => (
          <section key={group.where}>
            <h3>{group.where}</h3>
            <dl>
              {group.keys.map((binding) => (
                <div key={binding.key + binding.text}>
                  <dt>
                    <Keys binding={binding} />
                  </dt>
                  <dd>{binding.text}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <Switch isChecked={isOn} onChange={(on) => singleKeys.set(on ? "on" : "off")}>
        Single keys
      </Switch>
      <p class="faint">Keys of one letter are off in fields.</p>
    </Dialog>
  );
}
