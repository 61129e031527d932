import type { ServiceName } from "../contracts";

/** The server that a service keeps its data in; null for one that keeps none. */
export const storeOf: Readonly<
  Record<ServiceName, "POSTGRES_URL" | "MONGO_URL" | "REDIS_URL" | null>
> = {
  gateway: null,
  users: "POSTGRES_URL",
  catalog: "MONGO_URL",
  search: "POSTGRES_URL",
  carts: "REDIS_URL",
  inventory: "POSTGRES_URL",
  orders: "POSTGRES_URL",
  payments: "POSTGRES_URL",
  shipping: "POSTGRES_URL",
  notifications: "POSTGRES_URL",
  reports: "POSTGRES_URL",
  operations: "POSTGRES_URL",
};

/** The variable that gives one service a database of its own elsewhere. */
export const databaseVariable = (service: ServiceName): string =>
  `${service.toUpperCase()}_DATABASE_URL`;

/**
 * The variables that processes of a cluster need, where another replica would otherwise keep other
 * data: a line for each one that `isSet` does not know.
 */
export function missingServers(
  services: readonly ServiceName[],
  isSet: (variable: string) => boolean,
): string[] {
  return (["POSTGRES_URL", "MONGO_URL", "REDIS_URL"] as const).flatMap((variable) => {
    const users = services.filter(
      (name) => storeOf[name] === variable && !isSet(databaseVariable(name)),
    );
    if (users.length === 0 || isSet(variable)) return [];
    return [`${variable} is required in a cluster, for ${users.join(", ")}`];
  });
}
