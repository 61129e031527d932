import { messageOf } from "../../../../lib/errors";
import type { Database } from "../../../../lib/store/database";
import { Dispatcher, type Worker } from "../../dispatcher";
import { backoffMs } from "../../domain/backoff";
import type { ProviderHost } from "../payment-provider";
import { signWebhook } from "../webhook-signature";
import {
  claimDueDeliveries,
  deferDelivery,
  endDelivery,
  endProcessing,
  type DueDelivery,
} from "./delivery-store";
import { testMethod } from "./test-methods";
import { webhookBody } from "./webhook-event";

const POLL_MS = 500;
const LEASE_MS = 10_000;
const IN_HAND = 16;

export interface DeliveryOptions {
  readonly open: () => Promise<Database>;
  readonly secret: () => Promise<string>;
  readonly host: ProviderHost;
}

/** Ends charges that are `processing` when their time has come, and tells the shop until it listens. */
export function webhookDispatcher({ open, secret, host }: DeliveryOptions): Worker {
  async function deliver({ id, chargeId, method, attempts }: DueDelivery): Promise<void> {
    const db = await open();
    const { result, failureCode } = testMethod(method);
    const charge = await endProcessing(db, chargeId, result, failureCode ?? null);
    // The sender's own clock, as any signer's.
    const now = Math.floor(Date.now() / 1000);
    const body = webhookBody(id, charge, now);
    try {
      await host.deliverWebhook(body, signWebhook(await secret(), body, now));
    } catch (error) {
      host.logger.warn(`webhook ${id}, attempt ${attempts}: ${messageOf(error)}`);
      await deferDelivery(db, id, backoffMs(attempts, Math.random()), messageOf(error));
      return;
    }
    await endDelivery(db, id);
  }

  return new Dispatcher<DueDelivery>({
    name: "sandbox webhooks",
    everyMs: POLL_MS,
    capacity: () => IN_HAND,
    claim: async (limit) => claimDueDeliveries(await open(), limit, LEASE_MS),
    run: deliver,
    logger: host.logger,
  });
}
