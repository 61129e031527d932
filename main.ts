import { ConfigError, readConfig, type Config } from "./config/env";
import { messageOf } from "./lib/errors";
import { startShop, type Shop } from "./shop";

const STOP_LIMIT_MS = 10_000;

function configOrExit(): Config {
  try {
    return readConfig();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const fault of error.faults) console.error(fault);
    process.exit(1);
  }
}

/** Also a shop that is still starting is stopped in order, once it has started. */
function stopOnSignal(starting: Promise<Shop>): void {
  let stopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    if (stopping) process.exit(1); // asked twice: somebody is in a hurry
    stopping = true;
    console.log(`${signal}: stopping`);
    setTimeout(() => process.exit(1), STOP_LIMIT_MS).unref();
    starting
      .then((shop) => shop.stop())
      .then(
        () => process.exit(0),
        (error: unknown) => {
          console.error(`stopping failed: ${messageOf(error)}`);
          process.exit(1);
        },
      );
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
}

async function main(): Promise<void> {
  const config = configOrExit();
  const began = performance.now();
  const starting = startShop(config);
  stopOnSignal(starting);
  const shop = await starting;
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  const data = `data: ${config.dataDir}`;
  console.log([`Souk is ready (${seconds} s)`, ...shop.announcements, data].join("\n  "));
  if (process.argv.includes("--repl")) shop.broker.repl();
}

process.on("unhandledRejection", (reason) => {
  console.error("unhandled rejection", reason);
  process.exit(1);
});

main().catch((error: unknown) => {
  console.error(`Souk cannot start: ${messageOf(error)}`);
  process.exit(1);
});
