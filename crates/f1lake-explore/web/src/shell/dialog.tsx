import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { openDialog } from "./dialogs";

interface Props {
  label: string;
  class: string;
  children: ComponentChildren;
}

/** A modal dialog: the browser keeps the focus inside, closes it by Esc, and gives the focus back. */
export function Dialog({ label, class: extra, children }: Props) {
  const ref = useRef<HTMLDialogElement>(null);
  // Before the next key arrives: whoever types "/ver" means the field.
  useLayoutEffect(() => {
    ref.current?.showModal();
    return () => ref.current?.close();
  }, []);
  const close = () => openDialog.set(null);
  const onClick = (event: MouseEvent) => event.target === ref.current && close();
  return (
    <dialog ref={ref} class={`dialog ${extra}`} aria-label={label} onClose={close} onClick={onClick}>
      <div class="dialog-box">{children}</div>
    </dialog>
  );
}
