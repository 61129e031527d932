import type { ConsumerInfo, JetStreamManager } from "nats";
import { ownerOf } from "./nats-names";
import type { ConsumerLag } from "./transport";

/** What the broker says of all replicas of a consumer together. */
export const lagIn = (info: ConsumerInfo): Omit<ConsumerLag, "consumer" | "event"> => ({
  waiting: info.num_pending,
  inHand: info.num_ack_pending,
  pulled: info.num_waiting > 0,
});

/**
 * What the durable consumers of a stream have before them, by the event that follows `prefix` in their
 * subject. The broker counts: one is there also while no replica of its service runs.
 */
export async function lagOf(
  manager: JetStreamManager,
  stream: string,
  prefix: string,
): Promise<ConsumerLag[]> {
  const lags: ConsumerLag[] = [];
  for await (const info of manager.consumers.list(stream)) {
    const { durable_name: durable, filter_subject: subject } = info.config;
    if (!durable || !subject?.startsWith(prefix)) continue;
    lags.push({
      consumer: ownerOf(durable),
      event: subject.slice(prefix.length),
      ...lagIn(info),
    });
  }
  return lags;
}
