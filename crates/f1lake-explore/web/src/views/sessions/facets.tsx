import { Check, Switch } from "../../components/controls";
import { Icon } from "../../components/icon";
import { count } from "../../format";
import type { Session } from "../../session";
import { CATEGORIES, countOf, DATA_GROUPS, yearsOf } from "./filters";

interface FacetProps {
  title: string;
  groups: readonly { group: string; text: string }[];
  sessions: readonly Session[];
  hidden: ReadonlySet<string>;
  onToggle: (group: string, isShown: boolean) => void;
}

function Facet({ title, groups, sessions, hidden, onToggle }: FacetProps) {
  return (
    <fieldset class="facet wide">
      <legend>{title}</legend>
      {groups.map(({ group, text }) => (
        <Check key={group} isChecked={!hidden.has(group)} onChange={(isShown) => onToggle(group, isShown)}>
          <span>{text}</span>
          <span>{count(countOf(sessions, group))}</span>
        </Check>
      ))}
    </fieldset>
  );
}

interface Props {
  sessions: readonly Session[];
  hidden: ReadonlySet<string>;
  onToggle: (group: string, isShown: boolean) => void;
  search: string;
  onSearch: (search: string) => void;
  hasWinners: boolean;
  onWinners: (hasWinners: boolean) => void;
}

export function Facets(props: Props) {
  const { sessions } = props;
  const categories = CATEGORIES.map((text) => ({ group: text.toLowerCase(), text })).filter(
    ({ group }) => group !== "testing" || countOf(sessions, group),
  );
  return (
    <aside class="facets" aria-label="Filters">
      <label class="field srch">
        <Icon name="search" />
        <input
          type="search"
          placeholder="Search sessions"
          aria-label="Search sessions"
          value={props.search}
          onInput={(event) => props.onSearch(event.currentTarget.value)}
        />
      </label>
      <Facet
        {...props}
        title="Season"
        groups={yearsOf(sessions).map((year) => ({ group: String(year), text: String(year) }))}
      />
      <Facet {...props} title="Session" groups={categories} />
      <Facet {...props} title="Data" groups={DATA_GROUPS} />
      <Switch isChecked={props.hasWinners} onChange={props.onWinners}>
        Show winners
      </Switch>
    </aside>
  );
}
