import type { Access, ActionContract, Route } from "./contract";
import { codesOf, PROBLEM, problemSchema, problemsOf, successOf } from "./openapi-responses";
import type {
  ApiDescription,
  OpenApi,
  Operation,
  PageDescription,
  Parameter,
} from "./openapi-types";
import { routeParams, type RouteParams } from "./route-params";
import { SchemaRefs, type JsonObject } from "./schema-refs";

/** OpenAPI 3.1 from the contracts: what the gateway does and what is said of it cannot differ. */
export function openApi(api: ApiDescription): OpenApi {
  const refs = new SchemaRefs(api.schemas);
  const paths: Record<string, Record<string, Operation>> = {};
  const add = (method: string, path: string, operation: Operation): void => {
    (paths[path.replace(/:(\w+)/g, "{$1}")] ??= {})[method.toLowerCase()] = operation;
  };
  for (const { name: service, actions } of Object.values(api.contracts)) {
    for (const [name, contract] of Object.entries(actions)) {
      const { route } = contract;
      if (!route) continue;
      const path = route.absolute ? route.path : api.basePath + route.path;
      add(route.method, path, routeOperation(api, refs, `${service}.${name}`, contract, route));
    }
  }
  for (const page of api.pages) add(page.method, page.path, pageOperation(api, page));
  const tags = Object.values(paths).flatMap((item) => Object.values(item).flatMap((o) => o.tags));
  return {
    openapi: "3.1.0",
    info: { title: api.title, version: api.version, description: api.description },
    tags: [...new Set(tags)].map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: { bearer: { type: "http", scheme: "bearer", bearerFormat: "JWT" } },
      schemas: { ...refs.definitions(), [PROBLEM]: problemSchema(api.errors) },
    },
  };
}

function routeOperation(
  api: ApiDescription,
  refs: SchemaRefs,
  name: string,
  contract: ActionContract,
  route: Route<unknown>,
): Operation {
  const params = routeParams(contract, route);
  const parameters = parametersOf(refs, contract, params);
  const body = requestBodyOf(refs, contract, params, route);
  return {
    operationId: name,
    summary: contract.summary,
    tags: [route.tag ?? name.split(".")[0] ?? name],
    security: securityOf(contract.access, route.ignoresToken ?? false),
    "x-access": contract.access,
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body ? { requestBody: body } : {}),
    responses: {
      ...successOf(refs, contract, route),
      ...problemsOf(api.errors, codesOf(contract, route, params)),
    },
  };
}

function pageOperation(api: ApiDescription, page: PageDescription): Operation {
  const parameters = [...page.path.matchAll(/:(\w+)/g)].map(([, name = ""]): Parameter => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
  }));
  const codes = page.access === "public" ? [] : ["UNAUTHENTICATED", "NOT_FOUND"];
  return {
    operationId: page.name,
    summary: page.summary,
    tags: [page.tag],
    security: securityOf(page.access, page.access === "public"),
    "x-access": page.access,
    ...(parameters.length > 0 ? { parameters } : {}),
    responses: {
      [page.status ?? 200]: {
        description: page.summary,
        ...(page.contentType === null ? {} : { content: { [page.contentType]: { schema: {} } } }),
      },
      ...problemsOf(api.errors, [...codes, "SERVICE_UNAVAILABLE"]),
    },
  };
}

function parametersOf(
  refs: SchemaRefs,
  { params: { properties, required = [] }, route }: ActionContract,
  { inPath, inQuery, inHeaders }: RouteParams,
): Parameter[] {
  const write = (param: string) => refs.write(properties[param] ?? {});
  const asked = Object.keys(route?.requires ?? {});
  return [
    ...inPath.map((name) => ({ name, in: "path", required: true, schema: write(name) }) as const),
    ...Object.keys(inQuery).map(
      (name) =>
        ({ name, in: "query", required: required.includes(name), schema: write(name) }) as const,
    ),
    ...inHeaders.map(
      ([param, name]) =>
        ({
          name,
          in: "header",
          required: required.includes(param) || asked.includes(name),
          schema: write(param),
        }) as const,
    ),
  ];
}

function requestBodyOf(
  refs: SchemaRefs,
  { params }: ActionContract,
  { body, inBody }: RouteParams,
  route: Route<unknown>,
): Operation["requestBody"] {
  switch (body) {
    case "none":
      return undefined;
    case "raw":
      return { required: true, content: { "*/*": { schema: { type: "string" } } } };
    case "stream": {
      const file = { schema: { type: "string", format: "binary" } };
      const types = route.contentTypes ?? [];
      return { required: true, content: Object.fromEntries(types.map((type) => [type, file])) };
    }
    case "json": {
      if (Object.keys(inBody).length === 0) return undefined;
      const required = (params.required ?? []).filter((name) => name in inBody);
      const schema = refs.write({
        type: "object",
        ...(required.length > 0 ? { required } : {}),
        // Only the shape of it: TypeBox's schemas are JSON.
        properties: inBody as unknown as JsonObject,
        additionalProperties: false,
      });
      return { required: required.length > 0, content: { "application/json": { schema } } };
    }
    default:
      return body satisfies never;
  }
}

/** A public route takes a token without asking for one, unless it does not look at it. */
function securityOf(access: Access, ignoresToken: boolean): JsonObject[] {
  if (access !== "public") return [{ bearer: [] }];
  return ignoresToken ? [] : [{}, { bearer: [] }];
}
