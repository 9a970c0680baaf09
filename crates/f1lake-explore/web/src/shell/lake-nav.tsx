import { Link } from "../components/link";
import { useRoute } from "../router";

const PAGES = [
  { view: "sessions", text: "Sessions", href: "/" },
  { view: "season", text: "Season", href: "/season" },
  { view: "sql", text: "SQL", href: "/sql" },
] as const;

/** The pages of the lake: in the bar, and in the menu of a phone. */
export function LakeNav({ class: extra, onFollow }: { class: string; onFollow?: () => void }) {
  const { view } = useRoute();
  return (
    <nav class={extra} aria-label="Lake">
      {PAGES.map((page) => (
        <Link
          key={page.view}
          href={page.href}
          onFollow={onFollow}
          aria-current={page.view === view ? "page" : undefined}
        >
          {page.text}
        </Link>
      ))}
    </nav>
  );
}
