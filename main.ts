import { ConfigError, readConfig, type Config } from "./config/env";
import { messageOf } from "./lib/errors";
import { onDrain } from "./lib/mesh/drain";
import { onStopSignal } from "./lib/stop-signals";
import { reportToSupervisor } from "./lib/supervised";
import { readScript, runPrompt, runScript } from "./repl/run-console";
import { scrub } from "./lib/observability/scrub";
import { startShop, type Shop } from "./shop";

const STOP_LIMIT_MS = 10_000;
const isConsole = process.argv.includes("--repl");

/** A console that joins a cluster has no metrics of its own. */
function readOwnConfig(): Config {
  if (!isConsole) return readConfig();
  const config = readConfig(undefined, { role: "console" });
  return config.natsUrl ? { ...config, metricsPort: null } : config;
}

function configOrExit(): Config {
  try {
    return readOwnConfig();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const fault of error.faults) console.error(fault);
    process.exit(1);
  }
}

/** Why a start ended that somebody stopped. */
const STOPPED = new Error("stopped before it had started");

/**
 * Also a shop that is still starting is stopped in order: once it has started, or at once where it waits
 * for a server that is away.
 */
function stopOnSignal(starting: Promise<Shop>, start: AbortController, limitMs: number): void {
  let stopping = false;
  const stop = (signal: NodeJS.Signals | "drain"): void => {
    if (stopping) return; // drained already
    stopping = true;
    console.log(`${signal}: stopping`);
    setTimeout(() => process.exit(1), limitMs).unref();
    start.abort(STOPPED);
    starting
      .then(
        (shop) => shop.stop(),
        (error: unknown) => {
          if (error !== STOPPED) throw error;
        },
      )
      .then(
        () => process.exit(0),
        (error: unknown) => {
          console.error(`stopping failed: ${messageOf(error)}`);
          process.exit(1);
        },
      );
  };
  onStopSignal({ first: stop, again: () => process.exit(1) });
  // One that cannot start has nothing to drain.
  starting.then(
    ({ broker }) => onDrain(broker, () => stop("drain")),
    () => undefined,
  );
}

async function main(): Promise<void> {
  const config = configOrExit();
  const began = performance.now();
  const start = new AbortController();
  const starting = startShop(config, { signal: start.signal });
  stopOnSignal(starting, start, config.drainMs + STOP_LIMIT_MS);
  const reportReady = reportToSupervisor();
  if (isConsole) return runConsole(starting);
  const shop = await starting;
  reportReady(shop.broker.nodeID, shop.announcements);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  const data = `data: ${config.dataDir}`;
  console.log([`Souk is ready (${seconds} s)`, ...shop.announcements, data].join("\n  "));
}

/** What is typed, or the commands of a script; the prompt ends the process by itself. */
async function runConsole(starting: Promise<Shop>): Promise<void> {
  const script = await readScript(process.argv.slice(2));
  const shop = await starting;
  // Among them the first admin's password, which is told once.
  for (const line of shop.announcements) console.error(line);
  if (!script) return runPrompt(shop.broker);
  const code = await runScript(shop.broker, script);
  await shop.stop();
  process.exit(code);
}

process.on("unhandledRejection", (reason) => {
  const words = reason instanceof Error ? (reason.stack ?? reason.message) : String(reason);
  console.error("unhandled rejection", scrub(words));
  process.exit(1);
});

main().catch((error: unknown) => {
  if (error === STOPPED) return; // whoever stopped it ends the process
  console.error(`Souk cannot start: ${messageOf(error)}`);
  process.exit(1);
});
