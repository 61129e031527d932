import type { IncomingMessage, ServerResponse } from "node:http";
import type { ServiceBroker } from "moleculer";

/**
 * Answers for this one node: `GET /health/live` with 200 while the event loop turns, `GET /health/ready`
 * with 200 from when all its services have started until it begins to stop, else 503. A server that goes
 * away does not make it unready: every node would be so at once, and nothing be won by it. False when the
 * request is for neither.
 */
export function answerHealth(
  broker: ServiceBroker,
  request: IncomingMessage,
  response: ServerResponse,
): boolean {
  if (request.url !== "/health/live" && request.url !== "/health/ready") return false;
  const isWell = request.url === "/health/live" || (broker.started && !broker.stopping);
  response.writeHead(isWell ? 200 : 503, {
    "content-type": "application/json",
    "cache-control": "no-store",
  });
  response.end(JSON.stringify({ status: isWell ? "ok" : "starting or stopping" }));
  return true;
}
