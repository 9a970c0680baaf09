// Bundles tests/*.test.mjs with the modules they test, and runs them by node's own runner.
import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = path.dirname(fileURLToPath(import.meta.url));
const tests = path.join(here, "tests");
const folder = await mkdtemp(path.join(tmpdir(), "f1lake-explore-tests-"));
try {
  const names = (await readdir(tests)).filter((name) => name.endsWith(".test.mjs")).sort();
  await build({
    entryPoints: names.map((name) => path.join(tests, name)),
    outdir: folder,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    format: "esm",
    platform: "node",
    inject: [path.join(tests, "browser.mjs")],
    jsx: "automatic",
    jsxImportSource: "preact",
  });
  const files = names.map((name) => path.join(folder, name));
  const { status } = spawnSync(process.execPath, ["--test", "--test-reporter=dot", ...files], { stdio: "inherit" });
  process.exitCode = status ?? 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
