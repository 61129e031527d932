import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";

/**
 * Below the range from which systems number outgoing connections: a client that knocks there while
 * the server restarts could otherwise be given the server's own port.
 */
const LOWEST = 15_000;
const HIGHEST = 32_000;

/** A free port of 127.0.0.1; whoever binds it must still be ready to lose the race. */
export async function findFreePort(): Promise<number> {
  for (;;) {
    const port = randomInt(LOWEST, HIGHEST);
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer();
  try {
    await once(probe.listen(port, "127.0.0.1"), "listening");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EADDRINUSE") return false;
    throw error;
  }
  await once(probe.close(), "close");
  return true;
}
