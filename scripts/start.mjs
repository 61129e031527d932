// `npm start`: compiles what changed since the last build, then runs the compiled shop in this process.
// By name, an older Node would refuse the import before the words below.
import nodeModule from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

if (Number(process.versions.node.split(".")[0]) < 22) {
  console.error("Souk runs on Node 22 or newer; `npm start` brings its own (npm ci installs it).");
  process.exit(1);
}

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
await import("./build.mjs");
nodeModule.enableCompileCache(join(root, "node_modules", ".cache", "v8"));
await import(join(root, "dist", "main.js"));
