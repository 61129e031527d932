import type { TSchema } from "@sinclair/typebox";
import type { ActionContract, Route } from "./contract";

type Schemas = Readonly<Record<string, TSchema>>;

/** Where each param of an action comes from when it is called by its route: from one place only. */
export interface RouteParams {
  /** Names, in the order of the path. */
  readonly inPath: readonly string[];
  readonly inHeaders: readonly (readonly [param: string, header: string])[];
  readonly inQuery: Schemas;
  readonly inBody: Schemas;
  readonly body: "json" | "raw" | "stream" | "none";
}

export function routeParams(contract: ActionContract, route: Route<unknown>): RouteParams {
  const inPath = parameterNames(route.path);
  const inHeaders = Object.entries(route.headers ?? {});
  const bodiless = route.method === "GET" || route.method === "DELETE";
  const body = route.body ?? (bodiless ? "none" : "json");
  const elsewhere = new Set([...inPath, ...inHeaders.map(([param]) => param)]);
  const others = Object.fromEntries(
    Object.entries(contract.params.properties).filter(([name]) => !elsewhere.has(name)),
  );
  return {
    inPath,
    inHeaders,
    inQuery: body === "none" || body === "stream" ? others : {},
    inBody: body === "json" ? others : {},
    body,
  };
}

/** The names of the parameters of a path, in order. */
export const parameterNames = (path: string): string[] =>
  path
    .split("/")
    .filter((segment) => segment.startsWith(":"))
    .map((segment) => segment.slice(1));
