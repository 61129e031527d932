import { describe, expect, it } from "vitest";
import { contracts } from "../../contracts";
import { describeApi } from "../../services/gateway/describe-api";
import { docsPage } from "../../services/gateway/docs-page";
import { pageTargets } from "../../services/gateway/pages";
import { actionTargets } from "../../services/gateway/targets";
import type { OpenApi } from "../../lib/mesh/openapi-types";

const pages = pageTargets({
  readiness: async () => ({ ready: true, checks: {} }),
  orderEvents: null as never, // described here, not run
  documents: () => documents,
});
const documents = describeApi(pages);
const api = JSON.parse(documents.openapi) as OpenApi;
const operations = Object.entries(api.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
);
const operationOf = (name: string) => {
  const found = operations.find(({ operation }) => operation.operationId === name);
  if (!found) throw new Error(`no operation ${name}`);
  return found.operation;
};

/** Every `$ref` of a document. */
function refsOf(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) =>
    key === "$ref" ? [String(item)] : refsOf(item),
  );
}

/** What a JSON pointer of a document points at. */
const resolve = (document: unknown, ref: string): unknown =>
  ref
    .slice(2)
    .split("/")
    .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], document);

describe("OpenAPI", () => {
  it("has every route, and the gateway's own pages", () => {
    const described = operations.map(({ method, path }) => `${method.toUpperCase()} ${path}`);
    const expected = [...actionTargets(contracts), ...pages].map(
      ({ method, path }) => `${method} ${path.replace(/:(\w+)/g, "{$1}")}`,
    );
    expect(described.sort()).toEqual(expected.sort());
  });

  it("calls each operation by a name of its own", () => {
    const names = operations.map(({ operation }) => operation.operationId);
    expect(new Set(names).size).toBe(names.length);
  });

  it("refers to nothing that is not there", () => {
    for (const ref of refsOf(api)) expect([ref, resolve(api, ref)]).not.toContain(undefined);
  });

  it("describes every parameter of every path", () => {
    for (const { path, operation } of operations) {
      const inPath = (operation.parameters ?? []).filter((parameter) => parameter.in === "path");
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      expect([path, inPath.map(({ name }) => name)]).toEqual([path, named]);
    }
  });

  it("says what a reply makes of a result: its body and its headers", () => {
    const place = operationOf("orders.place").responses["202"];
    expect(place?.content).toEqual({
      "application/json": { schema: { $ref: "#/components/schemas/Order" } },
    });
    expect(place?.headers).toMatchObject({
      location: { description: "as `/api/v1/orders/{id}`" },
      "idempotency-replayed": {},
    });
    expect(operationOf("carts.get").responses["200"]?.content).toEqual({
      "application/json": { schema: { $ref: "#/components/schemas/Cart" } },
    });
    expect(operationOf("catalog.image").responses["200"]?.content).toHaveProperty([
      "image/svg+xml; charset=utf-8",
    ]);
  });

  it("names the media type of every answer, of files too", () => {
    for (const { path, operation } of operations)
      for (const { content = {} } of Object.values(operation.responses))
        for (const type of Object.keys(content))
          expect([path, type]).toEqual([path, expect.stringMatching(/^[a-z]+\/[a-z0-9.+-]+(;|$)/)]);
    const typesOf = (action: string) =>
      Object.keys(operationOf(action).responses["200"]?.content ?? {});
    expect(typesOf("reports.invoice")).toEqual(["application/pdf"]);
    expect(typesOf("notifications.preview")).toEqual([
      ...["application/json", "text/html", "text/plain"],
    ]);
    expect(typesOf("reports.jobResult")).toEqual([
      "application/json",
      "text/csv",
      "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ]);
  });

  it("names no format that a validator of others would not know", () => {
    const formats = [...documents.openapi.matchAll(/"format":"([^"]+)"/g)].map(([, name]) => name);
    const known = ["uuid", "email", "date-time", "uri", "url", "binary"];
    expect([...new Set(formats)].filter((name) => !known.includes(name ?? ""))).toEqual([]);
  });

  it("says which headers a request cannot do without", () => {
    const headersOf = (action: string) =>
      (operationOf(action).parameters ?? []).filter((parameter) => parameter.in === "header");
    expect(headersOf("orders.place")).toMatchObject([{ name: "idempotency-key", required: true }]);
    expect(headersOf("carts.get")).toMatchObject([{ name: "x-cart-id", required: false }]);
  });

  it("says which errors to expect", () => {
    const { responses } = operationOf("orders.place");
    expect(responses["409"]?.description).toContain("IDEMPOTENCY_KEY_IN_FLIGHT");
    expect(responses["422"]?.description).toContain("IDEMPOTENCY_KEY_REUSED");
    expect(responses["503"]?.description).toContain("SERVICE_UNAVAILABLE");
    expect(operationOf("catalog.categories").responses["422"]?.description).toContain(
      "VALIDATION_FAILED",
    );
    expect(operationOf("notifications.unsubscribe").responses["404"]).toBeDefined();
    expect(operationOf("catalog.get").responses["400"]?.description).toContain("BAD_REQUEST");
    expect(operationOf("catalog.create").responses["403"]?.description).toContain("FORBIDDEN");
    expect(operationOf("users.login").responses["429"]?.description).toContain("RATE_LIMITED");
  });

  it("says that a search without results offers another spelling", () => {
    const answer = JSON.stringify(operationOf("search.query").responses["200"]);
    expect(answer).toContain('"didYouMean"');
    expect(answer).toContain("the nearest spelling, when nothing was found");
  });

  it("says who needs a token", () => {
    expect(operationOf("orders.place").security).toEqual([{ bearer: [] }]);
    expect(operationOf("carts.get").security).toEqual([{}, { bearer: [] }]);
    expect(operationOf("users.login").security).toEqual([]);
  });
});

describe("AsyncAPI", () => {
  const events = JSON.parse(documents.asyncapi) as Record<string, Record<string, unknown>>;

  it("has every event, who says it and who hears it", () => {
    const said = Object.values(contracts).flatMap((contract) => Object.keys(contract.events));
    expect(Object.keys(events.channels ?? {}).sort()).toEqual(said.sort());
    expect(events.operations).toHaveProperty(["orders.says.order.created"]);
    expect(events.operations).toHaveProperty(["inventory.hears.order.created"]);
  });

  it("refers to nothing that is not there: nobody listens to what nobody says", () => {
    for (const ref of refsOf(events)) expect([ref, resolve(events, ref)]).not.toContain(undefined);
  });
});

describe("the page for people", () => {
  const { html, csp } = documents.docs;

  it("shows every operation and every schema it links to", () => {
    for (const { operation } of operations) expect(html).toContain(`id="${operation.operationId}"`);
    const targets = new Set([...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
    for (const [, target] of html.matchAll(/href="#([^"]+)"/g)) expect(targets).toContain(target);
  });

  it("needs nothing from outside, and may run nothing but its own", () => {
    expect(html).not.toMatch(/(src|href)="(https?:)?\/\//);
    expect(html).not.toMatch(/ (style|on\w+)="/);
    expect(csp).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+'; script-src 'sha256-[^']+';/,
    );
  });

  it("escapes what it shows", () => {
    const evil = { ...api, info: { ...api.info, title: `<script>alert("x")</script>` } };
    expect(docsPage(evil, {}).html).not.toContain("<script>alert");
  });
});
