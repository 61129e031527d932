import { setTimeout as sleep } from "node:timers/promises";
import type { ServiceBroker } from "moleculer";

/**
 * Tells all other nodes that this one offers nothing any more, and goes on serving for `graceMs`,
 * until they know. Moleculer would offer everything anew if a service were stopped later on.
 */
export async function leaveMesh(broker: ServiceBroker, graceMs: number): Promise<void> {
  if (!broker.transit?.connected) return;
  const { registry } = broker;
  const regenerate = registry.regenerateLocalRawInfo.bind(registry);
  registry.regenerateLocalRawInfo = (increase) => regenerate(increase, true);
  regenerate(true, true);
  await registry.discoverer.sendLocalNodeInfo();
  await sleep(graceMs);
}
