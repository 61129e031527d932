import type { ErrorDefinition } from "../errors";
import type { ActionContract, Route } from "./contract";
import type { Response } from "./openapi-types";
import { replyShape } from "./reply-shape";
import type { RouteParams } from "./route-params";
import type { JsonObject, SchemaRefs } from "./schema-refs";

type Errors = Readonly<Record<string, ErrorDefinition>>;

/** Name of the schema of every error. */
export const PROBLEM = "Problem";

/** The response of a success, from what its `reply` does with a result. */
export function successOf(
  refs: SchemaRefs,
  contract: ActionContract,
  route: Route<unknown>,
): Record<string, Response> {
  const { status, headers, body } = replyShape(contract, route);
  const { "content-type": type = "application/json", ...others } = headers;
  const cached = route.cacheSeconds === undefined ? {} : { etag: "{tag}" };
  const described = Object.entries({ ...others, ...cached }).map(([name, value]) => [
    name,
    { description: `as \`${value}\``, schema: { type: "string" } },
  ]);
  const file = { schema: { type: "string", format: "binary" } };
  const files = Object.fromEntries((route.files ?? []).map((media) => [media, file]));
  const empty = status === 204 || body.type === "null";
  return {
    [status]: {
      description: contract.summary,
      ...(described.length > 0 ? { headers: Object.fromEntries(described) as JsonObject } : {}),
      ...(empty ? {} : { content: { [type]: { schema: refs.write(body) }, ...files } }),
    },
    ...(route.cacheSeconds === undefined
      ? {}
      : { "304": { description: "If-None-Match matches" } }),
  };
}

/** The error codes that a route may answer. */
export function codesOf(
  contract: ActionContract,
  route: Route<unknown>,
  params: RouteParams,
): string[] {
  const { access } = contract;
  const takesToken = access !== "public" || !route.ignoresToken;
  return [
    "VALIDATION_FAILED", // a query parameter that is none, at least
    ...(params.body === "json" ? ["MALFORMED_JSON"] : []),
    ...(params.body === "json" || params.body === "stream" ? ["UNSUPPORTED_MEDIA_TYPE"] : []),
    ...(params.body === "none" ? [] : ["PAYLOAD_TOO_LARGE"]),
    ...(params.inPath.length > 0 ? ["NOT_FOUND", "BAD_REQUEST"] : []),
    ...(takesToken ? ["UNAUTHENTICATED"] : []),
    ...(access === "admin" ? ["FORBIDDEN"] : []),
    ...(route.limit ? ["RATE_LIMITED"] : []),
    ...(route.errors ?? []),
    "SERVICE_UNAVAILABLE",
  ];
}

/** A response for each status, which names the codes that it may carry. */
export function problemsOf(errors: Errors, codes: readonly string[]): Record<string, Response> {
  const byStatus = new Map<string, string[]>();
  for (const code of new Set(codes)) {
    const definition = errors[code];
    if (!definition) throw new Error(`a route names the error ${code}, which is in no table`);
    const lines = byStatus.get(String(definition.status)) ?? [];
    byStatus.set(String(definition.status), [...lines, `\`${code}\` ${definition.title}`]);
  }
  const schema = { $ref: `#/components/schemas/${PROBLEM}` };
  return Object.fromEntries(
    [...byStatus].map(([status, lines]) => [
      status,
      { description: lines.join("\n"), content: { "application/problem+json": { schema } } },
    ]),
  );
}

export const problemSchema = (errors: Errors): JsonObject => ({
  type: "object",
  description: "RFC 9457",
  required: ["type", "title", "status", "code", "detail", "requestId"],
  properties: {
    type: { type: "string", format: "uri" },
    title: { type: "string" },
    status: { type: "integer" },
    code: { type: "string", enum: Object.keys(errors) },
    detail: { type: "string" },
    requestId: { type: "string" },
    errors: {
      type: "array",
      items: {
        type: "object",
        required: ["path", "message"],
        properties: {
          path: { type: "string", description: "JSON pointer, or the name of a header" },
          message: { type: "string" },
        },
      },
    },
  },
});
