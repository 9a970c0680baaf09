import type { ComponentChildren, Ref } from "preact";
import { navigate } from "../router";

interface Props {
  href: string;
  children?: ComponentChildren;
  class?: string;
  title?: string;
  tabIndex?: number;
  ref?: Ref<HTMLAnchorElement>;
  onFocus?: () => void;
  /** Runs before the page goes there. */
  onFollow?: () => void;
  "aria-current"?: "page" | "true";
  "aria-label"?: string;
}

/** A link inside the page; other than plain clicks are left to the browser. */
export function Link({ href, onFollow, ...rest }: Props) {
  const follow = (event: MouseEvent) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    onFollow?.();
    navigate(href);
  };
  return <a href={href} onClick={follow} {...rest} />;
}
