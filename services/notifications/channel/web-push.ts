import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { generateRequestDetails } from "web-push";
import type { Queryable } from "../../../lib/store/database";
import type { PushNetwork } from "../push/network";
import type { Vapid } from "../push/vapid";
import {
  findSubscriptions,
  removeSubscription,
  type PushSubscription,
} from "../store/push-subscription-store";
import { Undeliverable, type Channel, type Message } from "./channel";

const TIMEOUT_MS = 10_000;
/** How long a push service keeps a message for a browser that is off. */
const TTL_SECONDS = 24 * 3600;

export interface WebPushOptions {
  readonly db: Queryable;
  readonly vapid: Vapid;
  readonly network: PushNetwork;
}

/**
 * Web Push (RFC 8030, encrypted by RFC 8291, signed by RFC 8292) to every browser of the user whose
 * id is the address. It has arrived when one of them has it; a browser that is gone is forgotten.
 */
export const webPush = (options: WebPushOptions): Channel => ({
  name: "push",
  async send(message) {
    const userId = message.to.address;
    const browsers = await findSubscriptions(options.db, userId);
    if (browsers.length === 0) throw new Undeliverable("no device is registered for push");
    const failures: unknown[] = [];
    await Promise.all(
      browsers.map((browser) =>
        pushTo(options, browser, message).catch((error: unknown) => failures.push(error)),
      ),
    );
    if (failures.length < browsers.length) return;
    throw failures.find((failure) => !(failure instanceof Undeliverable)) ?? failures[0];
  },
  close: () => options.network.agent.destroy(),
});

async function pushTo(
  { db, vapid, network }: WebPushOptions,
  browser: PushSubscription,
  message: Message,
): Promise<void> {
  const endpoint = new URL(browser.endpoint);
  const fault = network.faultOf(endpoint);
  if (fault) throw new Undeliverable(`the endpoint ${fault}`);
  const { p256dh, auth } = browser;
  const payload = JSON.stringify({ id: message.id, title: message.subject, body: message.text });
  const details = generateRequestDetails(
    { endpoint: endpoint.href, keys: { p256dh, auth } },
    payload,
    {
      vapidDetails: vapid,
      TTL: TTL_SECONDS,
      // A message that is sent again takes the place of the first one, while that still waits.
      topic: message.id.replaceAll("-", ""),
    },
  );
  const status = await post(endpoint, details, network);
  if (status >= 200 && status < 300) return;
  const reason = `the push service of ${endpoint.host} answered ${status}`;
  if (status === 404 || status === 410) {
    await removeSubscription(db, { userId: message.to.address, endpoint: browser.endpoint });
    throw new Undeliverable(reason);
  }
  throw status === 400 || status === 413 ? new Undeliverable(reason) : new Error(reason);
}

/** The status of the answer; its body, which anybody may have written, is not read. */
async function post(
  endpoint: URL,
  { method, headers, body }: ReturnType<typeof generateRequestDetails>,
  { agent }: PushNetwork,
): Promise<number> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const sent = request(endpoint, { method, headers, agent, signal });
  sent.end(body);
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  // An answer that is cut off says no more than its status has said.
  sent.on("error", () => undefined);
  response.destroy();
  return response.statusCode ?? 0;
}
