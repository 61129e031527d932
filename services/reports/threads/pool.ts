import { availableParallelism } from "node:os";
import { extname, join } from "node:path";
import { Piscina } from "piscina";

const IDLE_MS = 30_000;
/** An import waits for its job most of the time; a thread has others to do meanwhile. */
const TASKS_PER_THREAD = 8;
/** V8's own; a file that needs more ends its thread and not the shop. */
const MAX_HEAP_MB = 512;
/** Rows live shortly; room for more of them only makes a thread larger. */
const MAX_YOUNG_MB = 8;

/** `.js`, but `.ts` where the sources themselves run (tests, bench); then threads need ts-node too. */
const EXTENSION = extname(__filename);
const LOADER = EXTENSION === ".ts" ? ["--require", "ts-node/register/transpile-only"] : [];

/** In two files: what writes PDF and XLSX is large, and a thread that imports has no use for it. */
const WORKERS = {
  survey: "read-worker",
  readImport: "read-worker",
  buildReport: "build-worker",
  invoice: "build-worker",
} as const;
export type TaskName = keyof typeof WORKERS;

/** Where Piscina finds a task. */
export const taskOf = (name: TaskName): { name: TaskName; filename: string } => ({
  name,
  filename: join(__dirname, `${WORKERS[name]}${EXTENSION}`),
});

/** Threads for what would stop the event loop: reading and building files. Made when they are needed. */
export const createPool = (): Piscina =>
  new Piscina({
    // Looked up when a thread starts; the default would be a default export.
    ...taskOf("readImport"),
    execArgv: LOADER,
    // A thread that sleeps between its tasks would not deliver the close of its ports.
    atomics: "disabled",
    minThreads: 0,
    maxThreads: Math.max(1, availableParallelism() - 1),
    idleTimeout: IDLE_MS,
    concurrentTasksPerWorker: TASKS_PER_THREAD,
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB, maxYoungGenerationSizeMb: MAX_YOUNG_MB },
  });
