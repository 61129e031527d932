import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "moleculer";
import { connect, ErrorCode, NatsError, type ConnectionOptions, type NatsConnection } from "nats";
import { messageOf } from "../errors";

const RETRY_MS = 500;
const TELL_EVERY_MS = 30_000;

/**
 * Connects, waiting for a server that is not there yet, and says for whom it waits; nats.js would wait
 * without a word. Throws where the login is refused: that is a mistake of whoever set it.
 */
export async function connectNats(
  options: ConnectionOptions,
  logger: Pick<Logger, "warn">,
): Promise<NatsConnection> {
  for (let toldAt = -Infinity; ; await sleep(RETRY_MS)) {
    try {
      return await connect(options);
    } catch (error) {
      if (isRefusedLogin(error)) throw new Error(`NATS_URL: ${messageOf(error)}`);
      if (performance.now() - toldAt < TELL_EVERY_MS) continue;
      toldAt = performance.now();
      logger.warn(`NATS does not answer, and is waited for: ${messageOf(error)}`);
    }
  }
}

const isRefusedLogin = (error: unknown): boolean =>
  error instanceof NatsError && error.code === (ErrorCode.AuthorizationViolation as string);
