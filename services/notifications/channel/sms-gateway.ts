import { Undeliverable, type Channel } from "./channel";

const TIMEOUT_MS = 10_000;

/** Answers that say something about this one message, and will say the same next time. */
const REFUSALS = new Set([400, 404, 410, 422]);

/**
 * Text messages by the HTTP gateway of a provider: `POST url` with `{id, to, text}` as JSON, signed
 * in by the user and password of the URL. The id comes as `Idempotency-Key` too, so that a gateway
 * which honours it sends a repeated message once.
 */
export function smsGateway(gatewayUrl: string): Channel {
  const { url, authorization } = splitLogin(gatewayUrl);
  return {
    name: "sms",
    async send({ id, to, text }) {
      const response = await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json", "idempotency-key": id, ...authorization },
        body: JSON.stringify({ id, to: to.address, text }),
        redirect: "error",
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      await response.body?.cancel();
      if (response.ok) return;
      const reason = `the SMS gateway answered ${response.status}`;
      throw REFUSALS.has(response.status) ? new Undeliverable(reason) : new Error(reason);
    },
  };
}

/** `fetch` takes no URL with a login in it. */
function splitLogin(gatewayUrl: string): { url: string; authorization: Record<string, string> } {
  const url = new URL(gatewayUrl);
  const login = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  url.username = "";
  url.password = "";
  if (login === ":") return { url: url.href, authorization: {} };
  const authorization = `Basic ${Buffer.from(login).toString("base64")}`;
  return { url: url.href, authorization: { authorization } };
}
