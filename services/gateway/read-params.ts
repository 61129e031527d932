import { fail } from "../../contracts/errors";
import type { FieldError } from "../../lib/errors";
import type { RouteParams } from "../../lib/mesh/route-params";
import type { Exchange } from "./exchange";
import { parseJsonObject } from "./parse-json";
import { faultyFields, parseQuery } from "./parse-query";
import { isErrorCode } from "./problem";
import { assertMediaType, hasBody, readBody, streamBody } from "./read-body";
import type { ActionTarget } from "./targets";

export interface Reading {
  readonly params: Record<string, unknown>;
  readonly stream?: ReturnType<typeof streamBody>;
}

const CONTROL = /\p{Cc}/u;

/**
 * The params of a request, each from the one place where its route has it: nothing is merged, so a
 * body cannot say what the path says. What they may be is the contract's business, behind the call.
 */
export async function readParams(
  target: ActionTarget,
  exchange: Exchange,
  values: readonly string[],
): Promise<Reading> {
  assertHeaders(target, exchange);
  const path = readPath(target.params.inPath, values);
  const query = parseQuery(queryOf(exchange.req.url ?? ""), target.params.inQuery);
  const { fields, stream } = await readFields(target, exchange);
  refuseDoubles(target.params, fields);
  const headers = readHeaders(target.params, exchange);
  return { params: { ...query, ...fields, ...headers, ...path }, ...(stream ? { stream } : {}) };
}

async function readFields(
  target: ActionTarget,
  exchange: Exchange,
): Promise<{ fields: Record<string, unknown>; stream?: ReturnType<typeof streamBody> }> {
  const {
    params: { body },
    route,
  } = target;
  switch (body) {
    case "none":
      return { fields: {} };
    case "json":
      if (!hasBody(exchange.req)) return { fields: {} };
      assertMediaType(exchange.req, ["application/json"]);
      return { fields: parseJsonObject(await readBody(exchange)) };
    case "raw":
      return { fields: { rawBody: (await readBody(exchange)).toString("utf8") } };
    case "stream":
      assertMediaType(exchange.req, route.contentTypes ?? []);
      return { fields: {}, stream: streamBody(exchange) };
    default:
      return body satisfies never;
  }
}

function readPath(names: readonly string[], values: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name, index) => [name, decodeSegment(values[index] ?? "")]));
}

/** A path segment as text. `%2F` is part of a SKU; control characters are part of nothing. */
export function decodeSegment(segment: string): string {
  let text: string;
  try {
    text = decodeURIComponent(segment);
  } catch {
    throw fail("BAD_REQUEST", "the path is not well encoded");
  }
  if (CONTROL.test(text)) throw fail("BAD_REQUEST", "the path has a control character");
  return text;
}

function readHeaders({ inHeaders }: RouteParams, { req }: Exchange): Record<string, string> {
  const params: Record<string, string> = {};
  for (const [param, header] of inHeaders) {
    const value = req.headers[header];
    if (typeof value === "string") params[param] = value;
  }
  return params;
}

function assertHeaders({ route: { requires = {} } }: ActionTarget, { req }: Exchange): void {
  for (const [header, code] of Object.entries(requires)) {
    if (!req.headers[header]) throw isErrorCode(code) ? fail(code) : new Error(`no code: ${code}`);
  }
}

function refuseDoubles({ inPath, inHeaders }: RouteParams, fields: object): void {
  const faults: FieldError[] = [];
  for (const name of inPath) {
    if (Object.hasOwn(fields, name))
      faults.push({ path: `/${name}`, message: "is said by the path" });
  }
  for (const [param, header] of inHeaders) {
    if (!Object.hasOwn(fields, param)) continue;
    faults.push({ path: `/${param}`, message: `belongs into the header ${header}` });
  }
  if (faults.length > 0) throw faultyFields(faults);
}

export function queryOf(url: string): string {
  const mark = url.indexOf("?");
  return mark === -1 ? "" : url.slice(mark + 1);
}

export function pathOf(url: string): string {
  const mark = url.indexOf("?");
  return mark === -1 ? url : url.slice(0, mark);
}
