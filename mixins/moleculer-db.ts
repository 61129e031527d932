import type { ServiceSchema } from "moleculer";
import DbService from "moleculer-db";

/** moleculer-db offers CRUD to the whole mesh; here every action is one that a contract declares. */
const GENERIC_ACTIONS = ["find", "count", "list", "create", "insert", "get", "update", "remove"];

/** moleculer-db as a part of a mixin: it owns the adapter, and offers nothing. */
export const moleculerDb = {
  // Its typings describe a class; what it exports is a mixin.
  mixins: [DbService as unknown as Partial<ServiceSchema>],
  actions: Object.fromEntries(GENERIC_ACTIONS.map((name) => [name, false])),
};
