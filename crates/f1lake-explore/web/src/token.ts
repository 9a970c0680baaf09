const KEY = "f1lake-token";
const PATIENCE_MS = 300;

/** Moves the token from the address into this tab's storage, so that it is not copied along with a link. */
function takeFromAddress(): string | null {
  const found = /^#t=(.+)$/.exec(location.hash)?.[1] ?? null;
  if (found) {
    sessionStorage.setItem(KEY, found);
    history.replaceState(history.state, "", location.pathname + location.search);
  }
  return found ?? sessionStorage.getItem(KEY);
}

/** Asks the other open tabs of this address; null when none of them answers. */
function askOtherTabs(channel: BroadcastChannel): Promise<string | null> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(null), PATIENCE_MS);
    channel.addEventListener("message", (event: MessageEvent<{ token?: string }>) => {
      if (!event.data.token) return;
      clearTimeout(timer);
      sessionStorage.setItem(KEY, event.data.token);
      resolve(event.data.token);
    });
    channel.postMessage({ ask: true });
  });
}

async function findToken(): Promise<string | null> {
  const channel = new BroadcastChannel("f1lake");
  channel.addEventListener("message", (event: MessageEvent<{ ask?: boolean }>) => {
    const token = sessionStorage.getItem(KEY);
    if (event.data.ask && token) channel.postMessage({ token });
  });
  return takeFromAddress() ?? (await askOtherTabs(channel));
}

let found: Promise<string | null> | undefined;

export function token(): Promise<string | null> {
  found ??= findToken();
  return found;
}
