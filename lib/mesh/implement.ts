import type { Service, ServiceSchema } from "moleculer";
import type { AnyEventHandler, EventHandler } from "../messaging/event";
import type { Access, ActionContract } from "./contract";
import type { Ctx, EventName, ResultOf } from "./types";

interface Implementable {
  readonly name: string;
  readonly actions: Readonly<Record<string, { readonly access: Access }>>;
  readonly consumes: readonly string[];
}

/** One handler for each action of the contract: none missing, none besides. */
export type Actions<C extends Implementable, This> = {
  [A in keyof C["actions"]]: (
    this: This,
    ctx: Ctx<C["actions"][A]>,
  ) => Promise<ResultOf<C["actions"][A]>>;
};

/** One handler for each event that the contract says the service consumes. */
export type EventHandlers<C extends Implementable, This> = {
  [E in C["consumes"][number] & EventName]: EventHandler<E, This>;
};

type Lifecycle<This> = (this: This) => Promise<void> | void;

export interface Implementation<C extends Implementable, This> {
  readonly mixins?: readonly Partial<ServiceSchema>[];
  readonly dependencies?: readonly string[];
  readonly actions: Actions<C, This>;
  readonly events: EventHandlers<C, This>;
  readonly created?: Lifecycle<This>;
  readonly started?: Lifecycle<This>;
  readonly stopped?: Lifecycle<This>;
}

/** Key under which a schema keeps its durable handlers, apart from Moleculer's own lossy events. */
export const DURABLE_EVENTS = "durableEvents";

/**
 * Turns handlers into a Moleculer service, once they match the contract to the letter. `Extras` are
 * the members that the mixins document, as `{ db: Database }`.
 */
export const implement =
  <C extends Implementable>(contract: C) =>
  <Extras = unknown>(implementation: Implementation<C, Service & Extras>): ServiceSchema => {
    const actions = Object.entries<unknown>(implementation.actions).map(([name, handler]) => {
      const { timeoutMs } = contract.actions[name] as unknown as ActionContract;
      return [
        name,
        { handler, visibility: "published", ...(timeoutMs ? { timeout: timeoutMs } : {}) },
      ];
    });
    const { created, started, stopped } = implementation;
    return {
      name: contract.name,
      mixins: [...(implementation.mixins ?? [])],
      dependencies: [...(implementation.dependencies ?? [])],
      actions: Object.fromEntries(actions) as NonNullable<ServiceSchema["actions"]>,
      [DURABLE_EVENTS]: implementation.events,
      ...(created ? { created } : {}),
      ...(started ? { started } : {}),
      ...(stopped ? { stopped } : {}),
    } as ServiceSchema;
  };

/** The handlers of `events`, bound to their service. */
export function durableHandlersOf(service: Service): Record<string, AnyEventHandler> {
  // Moleculer keeps unknown keys of a schema and types none of them.
  const { [DURABLE_EVENTS]: handlers = {} } = service.schema as unknown as {
    [DURABLE_EVENTS]?: Record<string, AnyEventHandler>;
  };
  return Object.fromEntries(
    Object.entries(handlers).map(([name, handler]) => [name, handler.bind(service)]),
  );
}

interface MixinSchema<This> {
  readonly mixins?: readonly Partial<ServiceSchema>[];
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly adapter?: unknown;
  readonly model?: unknown;
  readonly actions?: Readonly<Record<string, unknown>>;
  /** Moleculer's own, which may get lost; durable ones are in the implementation of a contract. */
  readonly events?: Readonly<Record<string, unknown>>;
  readonly methods?: object & ThisType<This>;
  readonly created?: Lifecycle<This>;
  readonly started?: Lifecycle<This>;
  readonly stopped?: Lifecycle<This>;
}

/**
 * A mixin whose functions see `This`. Moleculer types `this` of a mixin as a bare service, although
 * it runs on the service that carries all mixins; hence the one cast, here.
 */
export const defineMixin = <This extends Service>(
  schema: MixinSchema<This>,
): Partial<ServiceSchema> => schema as unknown as Partial<ServiceSchema>;
