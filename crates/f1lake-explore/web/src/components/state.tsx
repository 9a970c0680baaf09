import type { ComponentChildren } from "preact";

interface Props {
  title: ComponentChildren;
  text?: ComponentChildren;
  /** One primary action, and at most one more. */
  action?: ComponentChildren;
  children?: ComponentChildren;
}

/** A message in the place of content: the title says what is, the text what to do. */
export function State({ title, text, action, children }: Props) {
  return (
    <div class="state">
      <h2>{title}</h2>
      {text && <p>{text}</p>}
      {children}
      {action && <div class="actions">{action}</div>}
    </div>
  );
}
