// `npm run dev`: runs the sources through ts-node and starts again whenever one of them changes.
import { spawn } from "node:child_process";
import { watch } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const QUIET_MS = 200;
let child;
let restarting = false;
let timer;

function start() {
  child = spawn(
    process.execPath,
    ["-r", "ts-node/register/transpile-only", join(root, "main.ts")],
    {
      stdio: "inherit",
      // A group of its own: Ctrl-C reaches it once, through us.
      detached: true,
    },
  );
  child.on("exit", (code) => {
    if (restarting) {
      restarting = false;
      start();
    } else if (code !== 0) {
      console.error("The shop has ended; it starts again with the next change.");
      child = undefined;
    } else process.exit(0);
  });
}

function restart() {
  if (!child) start();
  else if (!restarting) {
    restarting = true;
    child.kill("SIGTERM");
  }
}

function changed(_event, file) {
  if (!file?.endsWith(".ts")) return;
  clearTimeout(timer);
  timer = setTimeout(restart, QUIET_MS);
}

watch(root, changed);
for (const folder of ["contracts", "lib", "mixins", "services", "config", "repl"]) {
  watch(join(root, folder), { recursive: true }, changed);
}
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.on(signal, () => {
    if (!child) process.exit(0);
    restarting = false;
    child.kill(signal);
  });
}
start();
