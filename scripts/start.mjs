// `npm start`: compiles what changed since the last build, then runs the compiled shop in this process.
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { enableCompileCache } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const main = join(root, "dist", "main.js");
const stamp = join(root, "dist", ".built");
const sources = ["contracts", "lib", "mixins", "services", "config"];
const files = [
  "main.ts",
  "shop.ts",
  "moleculer.config.ts",
  "tsconfig.json",
  "tsconfig.build.json",
  "package-lock.json",
];

if (Number(process.versions.node.split(".")[0]) < 22) {
  console.error("Souk runs on Node 22 or newer; `npm start` brings its own (npm ci installs it).");
  process.exit(1);
}

function newest(path) {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}

/** An image without sources has nothing to build. */
function isStale() {
  if (!existsSync(join(root, "main.ts"))) return false;
  if (!existsSync(main) || !existsSync(stamp)) return true;
  const changed = Math.max(...[...sources, ...files].map((name) => newest(join(root, name))));
  return changed > statSync(stamp).mtimeMs;
}

if (isStale()) {
  console.log("Building …");
  try {
    const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
    execFileSync(process.execPath, [tsc, "-p", join(root, "tsconfig.build.json")], {
      stdio: "inherit",
    });
    writeFileSync(stamp, "");
  } catch {
    console.error("The build failed; see the errors above.");
    process.exit(1);
  }
}

enableCompileCache(join(root, "node_modules", ".cache", "v8"));
await import(main);
