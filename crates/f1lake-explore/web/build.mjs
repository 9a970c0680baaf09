// Bundles the page into ../assets. `--check` compares a fresh build with the committed one.
import { createHash } from "node:crypto";
import { mkdtemp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = path.dirname(fileURLToPath(import.meta.url));
const assets = path.join(here, "../assets");
const views = path.join(here, "src/views");

const KB = 1000;
const FIRST_LOAD = { files: ["index.html", "theme.js", "app.css", "app.js", "view-sessions.js"], budget: 150 * KB };
/** Its styles are part of app.css. */
const FIRST_VIEW = "sessions";
const VIEW_BUDGET = 60 * KB;
const LAZY_BUDGETS = { "view-sql.js": 300 * KB, "line-chart.js": 65 * KB };
/** Packages that are not in app.js: the editor of the SQL page, and the charts with lines. */
const LAZY_PACKAGES = /^(@codemirror\/|@lezer\/|uplot)/;
const LINE_CHART = path.join(here, "src/charts/line-chart");

const common = {
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  charset: "utf8",
  legalComments: "none",
  metafile: true,
  write: false,
  absWorkingDir: here,
};

const jsx = { jsx: "automatic", jsxImportSource: "preact" };

/** In app.js, `import("./views/laps")` becomes `import("./view-laps.js")`. */
const lazyViews = {
  name: "lazy-views",
  setup({ onResolve }) {
    onResolve({ filter: /\/views\/[a-z]+$/ }, ({ kind, path: name }) =>
      kind === "dynamic-import" ? { path: `./view-${path.basename(name)}.js`, external: true } : undefined,
    );
  },
};

/** In a lazy file, an import of what does not lie below `own` is an import of the file that has it. */
const sharedFromApp = (own) => ({
  name: "shared-from-app",
  setup({ onResolve }) {
    onResolve({ filter: /.*/ }, ({ kind, path: name, importer, resolveDir }) => {
      if (kind === "entry-point" || importer.includes("node_modules") || LAZY_PACKAGES.test(name)) return undefined;
      const target = name.startsWith(".") ? path.resolve(resolveDir, name) : "";
      if (target.startsWith(own)) return undefined;
      return { path: target === LINE_CHART ? "./line-chart.js" : "./app.js", external: true };
    });
  },
});

async function bundle() {
  const files = new Map();
  const inputs = new Set();
  const add = (result) => {
    for (const file of result.outputFiles) files.set(path.basename(file.path), Buffer.from(file.contents));
    for (const input of Object.keys(result.metafile.inputs)) inputs.add(input);
  };
  const app = await build({
    ...common,
    ...jsx,
    entryPoints: { app: "src/main.tsx" },
    outdir: "out",
    plugins: [lazyViews],
  });
  add(app);
  add(await build({ ...common, entryPoints: { app: "src/css/app.css" }, outdir: "out" }));
  add(await build({ ...common, format: "iife", entryPoints: { theme: "src/first-paint.ts" }, outdir: "out" }));
  const exported = new Set(app.metafile.outputs["out/app.js"].exports);
  const addLazy = async (name, entry, own) => {
    const result = await build({
      ...common,
      ...jsx,
      entryPoints: { [name]: entry },
      outdir: "out",
      plugins: [sharedFromApp(own)],
    });
    checkImports(`${name}.js`, result.outputFiles[0].text, exported);
    add(result);
  };
  await addLazy("line-chart", `${LINE_CHART}.tsx`, LINE_CHART);
  for (const file of (await readdir(views)).filter((name) => name.endsWith(".tsx")).sort()) {
    const name = path.basename(file, ".tsx");
    await addLazy(`view-${name}`, path.join(views, file), views + path.sep);
    if (name !== FIRST_VIEW)
      add(await build({ ...common, entryPoints: { [`view-${name}`]: `src/css/${name}.css` }, outdir: "out" }));
  }
  for (const file of (await readdir(path.join(here, "static"))).sort()) {
    files.set(file, await readFile(path.join(here, "static", file)));
  }
  files.set("LICENSES.txt", Buffer.from(await licences(inputs)));
  files.set("SHA256SUMS", Buffer.from(sums(files)));
  return files;
}

/** esbuild does not look into an external file, so a name that app.js lacks would fail in the browser only. */
function checkImports(file, text, exported) {
  for (const [, names] of text.matchAll(/import\s*\{([^}]*)\}\s*from\s*"\.\/app\.js"/g)) {
    for (const name of names
      .split(",")
      .map((part) => part.trim().split(" as ")[0])
      .filter(Boolean)) {
      if (!exported.has(name)) throw new Error(`${file}: ${name} is not exported by src/shared.ts`);
    }
  }
}

async function licences(inputs) {
  const packages = new Set();
  for (const input of inputs) {
    const found = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input);
    if (found) packages.add(found[1]);
  }
  const parts = ["Licences of the packages that are part of this page.\n"];
  for (const name of [...packages].sort()) {
    const folder = path.join(here, "node_modules", name);
    const { version, license } = JSON.parse(await readFile(path.join(folder, "package.json"), "utf8"));
    const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
    if (!file) throw new Error(`${name} has no licence file`);
    parts.push(`${name} ${version} (${license})\n\n${(await readFile(path.join(folder, file), "utf8")).trim()}\n`);
  }
  return parts.join(`\n${"-".repeat(80)}\n\n`);
}

function sums(files) {
  const line = ([name, bytes]) => `${createHash("sha256").update(bytes).digest("hex")}  ${name}\n`;
  return [...files]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(line)
    .join("");
}

function checkSizes(files) {
  const size = (name) => files.get(name)?.length ?? 0;
  const kb = (bytes) => `${(bytes / KB).toFixed(1)} kB`;
  const over = [];
  const report = (name, bytes, budget) => {
    console.log(`${name.padEnd(22)}${kb(bytes).padStart(10)}  of ${kb(budget)}`);
    if (bytes > budget) over.push(name);
  };
  for (const name of FIRST_LOAD.files) console.log(`  ${name.padEnd(20)}${kb(size(name)).padStart(10)}`);
  report(
    "first load",
    FIRST_LOAD.files.reduce((sum, name) => sum + size(name), 0),
    FIRST_LOAD.budget,
  );
  for (const name of files.keys()) {
    if (!/^(view-.*|line-chart)\.js$/.test(name) || FIRST_LOAD.files.includes(name)) continue;
    report(name, size(name) + size(name.replace(".js", ".css")), LAZY_BUDGETS[name] ?? VIEW_BUDGET);
  }
  if (over.length) throw new Error(`above the budget: ${over.join(", ")}`);
}

async function write(files, folder) {
  await mkdir(folder, { recursive: true });
  for (const [name, bytes] of files) await writeFile(path.join(folder, name), bytes);
  for (const name of await readdir(folder)) if (!files.has(name)) await rm(path.join(folder, name));
}

/** Compares through a folder, so that what is compared is what a build would leave. */
async function compare(files) {
  const fresh = await mkdtemp(path.join(tmpdir(), "f1lake-explore-"));
  try {
    await write(files, fresh);
    const names = new Set([...(await readdir(fresh)), ...(await readdir(assets))]);
    const different = [];
    for (const name of [...names].sort()) {
      const [a, b] = await Promise.all(
        [fresh, assets].map((folder) => readFile(path.join(folder, name)).catch(() => null)),
      );
      if (!a || !b || !a.equals(b)) different.push(name);
    }
    if (different.length)
      throw new Error(`assets/ is not what the sources make: ${different.join(", ")}; run npm run build`);
    console.log("assets/ is what the sources make");
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

try {
  const files = await bundle();
  checkSizes(files);
  if (process.argv.includes("--check")) await compare(files);
  else await write(files, process.argv.includes("--out") ? process.argv[process.argv.indexOf("--out") + 1] : assets);
} catch (error) {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
}
