import type { Static } from "@sinclair/typebox";
import { carts } from "./carts";
import { catalog } from "./catalog";
import { durableActions } from "./durable";
import { gateway } from "./gateway";
import { inventory } from "./inventory";
import { notifications } from "./notifications";
import { operations } from "./operations";
import { orders } from "./orders";
import { payments } from "./payments";
import { reports } from "./reports";
import { search } from "./search";
import { shipping } from "./shipping";
import { users } from "./users";

/** Every service of the mesh: what it offers, says and listens to. The topology on one page. */
export const contracts = {
  gateway,
  users,
  catalog,
  search,
  carts,
  inventory,
  orders,
  payments,
  shipping,
  notifications,
  reports,
  operations,
} as const;

/** The console of an operator, a person with an admin's rights, who offers nothing to others. */
export const operator = {
  name: "repl",
  calls: ["operations.*", "*.backlog", "*.deadLetters", "*.trace", "orders.find"],
  callsRoutes: true,
} as const;

export type ServiceName = keyof typeof contracts;
export const serviceNames = Object.keys(contracts) as readonly ServiceName[];

/** Services that have an outbox or an inbox, and so answer `durableActions`. */
export const durableServices = serviceNames.filter(
  (name): name is DurableService => "durable" in contracts[name],
);
export type DurableService = {
  [S in ServiceName]: (typeof contracts)[S] extends { durable: true } ? S : never;
}[ServiceName];

declare module "../lib/mesh/types" {
  interface MeshRegistry {
    contracts: typeof contracts;
    durableActions: typeof durableActions;
  }
}

export type DurableResult<A extends keyof typeof durableActions> = Static<
  (typeof durableActions)[A]["result"]
>;
export { durableActions };
