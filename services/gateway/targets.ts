import type { Access, ActionContract, Contract, Route } from "../../lib/mesh/contract";
import { routeParams, type RouteParams } from "../../lib/mesh/route-params";
import type { User } from "../../lib/mesh/types";
import type { Answer, Exchange } from "./exchange";
import type { Budget } from "./rate-limit";
import { Router } from "./router";

export const BASE_PATH = "/api/v1";

/** An action of the mesh behind a route of its contract. */
export interface ActionTarget {
  readonly kind: "action";
  readonly method: string;
  /** The whole path, as `/api/v1/orders/:id`. */
  readonly path: string;
  readonly access: Access;
  readonly ignoresToken: boolean;
  readonly limit: Budget | undefined;
  readonly service: string;
  /** `orders.cancel` */
  readonly name: string;
  readonly contract: ActionContract;
  readonly route: Route<unknown>;
  readonly params: RouteParams;
}

export interface PageRequest {
  readonly exchange: Exchange;
  readonly user: User | null;
  readonly values: readonly string[];
}

/** What the gateway answers by itself. */
export interface PageTarget {
  readonly kind: "page";
  /** As an action would be called: `gateway.docs`. */
  readonly name: string;
  readonly method: "GET";
  readonly path: string;
  readonly access: Access;
  readonly ignoresToken: boolean;
  readonly limit: Budget | undefined;
  readonly summary: string;
  /** Of a success, where it is not 200. */
  readonly status?: number;
  /** Null where there is no body. */
  readonly contentType: string | null;
  readonly tag: string;
  /** Null when it has written the answer itself, as a stream does. */
  handle(request: PageRequest): Promise<Answer | null>;
}

export type Target = ActionTarget | PageTarget;

/** Every action that a contract gives a route. Throws for a route that contradicts its contract. */
export function actionTargets(contracts: Readonly<Record<string, Contract>>): ActionTarget[] {
  return Object.values(contracts).flatMap((contract) =>
    Object.entries(contract.actions).flatMap(([action, definition]) =>
      definition.route ? [actionTarget(contract.name, action, definition, definition.route)] : [],
    ),
  );
}

function actionTarget(
  service: string,
  action: string,
  contract: ActionContract,
  route: Route<unknown>,
): ActionTarget {
  const target: ActionTarget = {
    kind: "action",
    method: route.method,
    path: route.absolute ? route.path : BASE_PATH + route.path,
    access: contract.access,
    ignoresToken: route.ignoresToken ?? false,
    limit: route.limit,
    service,
    name: `${service}.${action}`,
    contract,
    route,
    params: routeParams(contract, route),
  };
  const fault = faultOf(target);
  if (fault) throw new Error(`route of ${target.name}: ${fault}`);
  return target;
}

/** Mistakes that types cannot see; any of them stops the start. */
function faultOf({ contract, route, access, params }: ActionTarget): string | null {
  const named = [...params.inPath, ...params.inHeaders.map(([param]) => param)];
  const unknown = named.find((name) => !Object.hasOwn(contract.params.properties, name));
  if (unknown) return `${unknown} is not a param of the action`;
  if (access === "internal") return "an internal action has no route";
  if (route.ignoresToken && access !== "public") return "only a public route can ignore tokens";
  if (route.cacheSeconds === undefined) return null;
  if (route.method !== "GET") return "only a GET is cached";
  if (route.limit) return "what the cache answers is not counted";
  return access === "public" ? null : "only what is public is the same for everybody";
}

export function routerOf(targets: readonly Target[]): Router<Target> {
  const router = new Router<Target>();
  for (const target of targets) router.add(target.method, target.path, target);
  return router;
}
