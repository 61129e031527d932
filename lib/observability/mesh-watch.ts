import type { ServiceBroker } from "moleculer";
import type { Transport } from "../messaging/transport";
import { meshMetrics } from "./mesh-metrics";
import { meterOf } from "./meter";
import { startSampler } from "./sampler";

const EVERY_MS = 10_000;

/** Watches what waits between the services; ends with the result. */
export function watchMesh(broker: ServiceBroker, transport: Transport): () => Promise<void> {
  const meter = meterOf(broker, meshMetrics);

  async function sample(): Promise<void> {
    const { queues, consumers } = await transport.ownLag();
    for (const { service, length } of queues) meter.set("mesh_queue_length", length, { service });
    for (const { consumer: service, event, waiting, inHand } of consumers) {
      meter.set("mesh_consumer_pending", waiting, { service, event });
      meter.set("mesh_consumer_unacknowledged", inHand, { service, event });
    }
  }

  const { logger } = broker;
  const sampler = startSampler(broker, { name: "the mesh", everyMs: EVERY_MS, logger, sample });
  return async () => void (await sampler?.stop());
}
