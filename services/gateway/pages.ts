import { errors, fail } from "../../contracts/errors";
import { parseQuery } from "./parse-query";
import type { ApiDocuments } from "./describe-api";
import { etagOf, type Answer } from "./exchange";
import type { Readiness } from "./health";
import type { OrderEvents } from "./order-events";
import { problemAnswer } from "./problem";
import { decodeSegment, queryOf } from "./read-params";
import { BASE_PATH, type PageTarget } from "./targets";

export interface PageParts {
  readonly readiness: () => Promise<Readiness>;
  readonly orderEvents: OrderEvents;
  readonly documents: () => ApiDocuments;
}

const operator = { kind: "page", method: "GET", tag: "operator", access: "public" } as const;
const unlimited = { ignoresToken: true, limit: undefined } as const;
const DOCS_MAX_AGE = "public, max-age=60";

/** What the gateway answers by itself, beside the actions of the mesh. */
export const pageTargets = (parts: PageParts): PageTarget[] => [
  {
    ...operator,
    ...unlimited,
    name: "gateway.root",
    path: "/",
    summary: "Leads to /docs",
    status: 302,
    contentType: null,
    handle: async () => ({ status: 302, headers: { location: "/docs" }, body: null }),
  },
  {
    ...operator,
    ...unlimited,
    name: "gateway.live",
    path: "/health/live",
    summary: "Whether the process runs",
    contentType: "application/json",
    handle: async () => fresh({ status: "ok" }),
  },
  {
    ...operator,
    ...unlimited,
    name: "gateway.ready",
    path: "/health/ready",
    summary: "Whether every service answers; 503 names those that do not",
    contentType: "application/json",
    handle: async ({ exchange }) => readyAnswer(await parts.readiness(), exchange.requestId),
  },
  {
    ...operator,
    ...unlimited,
    name: "gateway.openapi",
    path: "/openapi.json",
    summary: "This description, as OpenAPI 3.1",
    contentType: "application/json",
    handle: async () => constant(parts.documents().openapi, "application/json; charset=utf-8"),
  },
  {
    ...operator,
    ...unlimited,
    name: "gateway.asyncapi",
    path: "/asyncapi.json",
    summary: "The events of the mesh, as AsyncAPI 3",
    contentType: "application/json",
    handle: async () => constant(parts.documents().asyncapi, "application/json; charset=utf-8"),
  },
  {
    ...operator,
    ...unlimited,
    name: "gateway.docs",
    path: "/docs",
    summary: "This description, for people",
    contentType: "text/html",
    handle: async () => {
      const { html, csp } = parts.documents().docs;
      return constant(html, "text/html; charset=utf-8", { "content-security-policy": csp });
    },
  },
  {
    kind: "page",
    method: "GET",
    name: "gateway.orderEvents",
    path: `${BASE_PATH}/orders/:id/events`,
    access: "customer",
    ignoresToken: false,
    limit: undefined,
    tag: "orders",
    summary:
      "The statuses of one's own order as server-sent events; resumes after Last-Event-ID, ends after a final status",
    contentType: "text/event-stream",
    handle: async ({ exchange, user, values }) => {
      if (!user) throw fail("UNAUTHENTICATED");
      parseQuery(queryOf(exchange.req.url ?? ""), {});
      return parts.orderEvents.open(exchange, user.id, decodeSegment(values[0] ?? ""));
    },
  },
];

function readyAnswer({ ready, checks }: Readiness, requestId: string): Answer {
  if (ready) return fresh({ status: "ok", checks });
  const failing = Object.keys(checks).filter((name) => checks[name] !== "ok");
  const detail = `${errors.SERVICE_UNAVAILABLE.title}: ${failing.join(", ")}`;
  return problemAnswer(
    { code: "SERVICE_UNAVAILABLE", detail, retryAfter: 1, extra: { checks } },
    requestId,
  );
}

const fresh = (body: object): Answer => ({
  status: 200,
  headers: { "content-type": "application/json; charset=utf-8", "cache-control": "no-store" },
  body: JSON.stringify(body),
});

const constant = (body: string, type: string, headers: Record<string, string> = {}): Answer => ({
  status: 200,
  headers: { "content-type": type, "cache-control": DOCS_MAX_AGE, etag: etagOf(body), ...headers },
  body,
});
