// `npm run repl`: a console. With NATS_URL it joins the mesh as a client; without, it runs the shop.
// -c "order <id>" runs one command and ends; so does a pipe, with a command a line.
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const { env } = process;
const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const key = join(resolve(env.DATA_DIR || "data"), "jwt-key.pem");
// The key of a cluster of this machine, which `npm run cluster` has made.
if (env.NATS_URL && !env.JWT_PRIVATE_KEY && existsSync(key)) {
  env.JWT_PRIVATE_KEY = readFileSync(key, "utf8");
}
// What the shop does is of less interest here than what the operator asks.
env.LOG_LEVEL ??= "error";
process.argv.push("--repl");
createRequire(import.meta.url)(join(root, "main.ts"));
