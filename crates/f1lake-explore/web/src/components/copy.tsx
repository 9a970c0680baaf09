import { useEffect, useState } from "preact/hooks";
import { Icon } from "./icon";

const SHOWN_MS = 1500;

interface CopyProps {
  /** A function makes the text when the button is pressed. */
  text: string | (() => string);
  label?: string;
}

/** Copies a text; says so for a moment. */
export function CopyButton({ text, label = "Copy" }: CopyProps) {
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setCopied(false), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [isCopied]);
  const copy = () => {
    const copied = typeof text === "function" ? text() : text;
    void navigator.clipboard.writeText(copied).then(() => setCopied(true));
  };
  return (
    <button type="button" class="btn quiet" onClick={copy}>
      <Icon name={isCopied ? "check" : "copy"} />
      <span aria-live="polite">{isCopied ? "Copied" : label}</span>
    </button>
  );
}

/** A command for the shell, with a button that copies it. */
export function Command({ text }: { text: string }) {
  return (
    <div class="cmd">
      <code>{text}</code>
      <CopyButton text={text} />
    </div>
  );
}
