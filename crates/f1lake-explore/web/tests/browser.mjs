// What the modules under test find in a browser as soon as they are loaded.
const steps = [];
globalThis.location = { pathname: "/", search: "", hash: "" };
globalThis.addEventListener ??= () => {};
globalThis.scrollTo ??= () => {};
const go = (to) => {
  const url = new URL(to, "http://x");
  Object.assign(globalThis.location, { pathname: url.pathname, search: url.search });
};
globalThis.history = {
  steps,
  pushState: (_state, _title, to) => (steps.push(to), go(to)),
  replaceState: (_state, _title, to) => (steps.splice(-1, 1, to), go(to)),
};
