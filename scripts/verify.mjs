// `npm run verify`: checks the invariants of a shop in its databases; `-- --help` says more.
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

await import("./build.mjs");
await import(join(dirname(fileURLToPath(import.meta.url)), "..", "dist", "verify", "main.js"));
