import type { ServiceBroker } from "moleculer";
import { httpMetrics } from "../../contracts/metrics";
import { meterOf } from "../../lib/observability/meter";
import { inScope } from "../../lib/observability/scope";
import { openSpan } from "../../lib/observability/spans";
import type { Exchange } from "./exchange";

const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);
const SERVER_FAULT = 500;
const CLIENT_FAULT = 400;

/**
 * Tells of each request once it is over: a line in the log, a count, a span. Of the path only the
 * pattern of its route: what clients put into paths and queries is theirs.
 */
export function exchangeObserver(broker: ServiceBroker): (exchange: Exchange) => void {
  const meter = meterOf(broker, httpMetrics);
  const logger = broker.getLogger("access", { svc: "gateway" });

  return (exchange) => {
    const began = performance.now();
    const { req, res, span: own, parentSpan: parent, scope } = exchange;
    // HTTP/2 lets clients make methods up.
    const method = METHODS.has(req.method ?? "") ? (req.method ?? "") : "OTHER";
    const span = openSpan(broker, {
      name: method,
      kind: "server",
      service: "gateway",
      own,
      parent,
    });

    res.once("close", () => {
      const route = exchange.route ?? "none";
      const { statusCode: status } = res;
      const ms = performance.now() - began;
      const aborted = !res.writableEnded;
      const outcome = aborted ? "aborted" : String(status);
      meter.add("http_requests_total", { method, route, status: outcome });
      if (!exchange.streaming) meter.observe("http_request_duration_seconds", ms / 1000, { route });
      span?.end({
        name: `${method} ${route}`,
        attributes: {
          "http.request.method": method,
          "http.route": route,
          "http.response.status_code": status,
          ...(scope.correlationId ? { "order.id": scope.correlationId } : {}),
        },
        ...(status >= SERVER_FAULT ? { error: { type: String(status), code: status } } : {}),
      });
      const fields = {
        method,
        route,
        status,
        ms: Math.round(ms * 10) / 10,
        ...(aborted && { aborted }),
      };
      inScope(scope, () => logger[levelOf(status, route)](fields, `${method} ${route} ${outcome}`));
    });
  };
}

function levelOf(status: number, route: string): "error" | "warn" | "info" | "debug" {
  if (route.startsWith("/health/")) return "debug"; // probes ask all day long
  if (status >= SERVER_FAULT) return "error";
  return status >= CLIENT_FAULT ? "warn" : "info";
}
