import type { Logger } from "moleculer";
import { connect, ErrorCode, NatsError, type ConnectionOptions, type NatsConnection } from "nats";
import { messageOf } from "../errors";
import { untilThere } from "../until-there";

/**
 * Connects, waiting for a server that is not there yet; nats.js would wait without a word. Throws where
 * the login is refused: that is a mistake of whoever set it.
 */
export async function connectNats(
  options: ConnectionOptions,
  logger: Pick<Logger, "warn">,
): Promise<NatsConnection> {
  const isAway = (error: unknown): boolean => !isRefusedLogin(error);
  try {
    return await untilThere({ name: "NATS", logger, tryOnce: () => connect(options), isAway });
  } catch (error) {
    throw new Error(`NATS_URL: ${messageOf(error)}`);
  }
}

const isRefusedLogin = (error: unknown): boolean =>
  error instanceof NatsError && error.code === (ErrorCode.AuthorizationViolation as string);
