// Compiles the sources, types checked, when they changed since the last build: after `npm ci`
// (prepare), before `npm start`, and on `npm run build`.
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const stamp = join(root, "dist", ".built");
const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
const sources = ["contracts", "lib", "mixins", "services", "config", "repl", "scripts", "verify"];
const files = [
  "main.ts",
  "shop.ts",
  "moleculer.config.ts",
  "tsconfig.json",
  "tsconfig.build.json",
  "package-lock.json",
];

function newest(path) {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}

/** An image without sources or compiler has nothing to build. */
function isStale() {
  if (!existsSync(join(root, "main.ts")) || !existsSync(tsc)) return false;
  if (!existsSync(stamp)) return true;
  const changed = Math.max(...[...sources, ...files].map((name) => newest(join(root, name))));
  return changed > statSync(stamp).mtimeMs;
}

if (isStale()) {
  console.log("Building …");
  try {
    const args = [tsc, "-p", join(root, "tsconfig.build.json")];
    execFileSync(process.execPath, args, { stdio: "inherit" });
    writeFileSync(stamp, "");
  } catch {
    console.error("The build failed; see the errors above.");
    process.exit(1);
  }
}
