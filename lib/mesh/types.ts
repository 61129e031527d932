import type { Static, TSchema } from "@sinclair/typebox";
import type { Readable } from "node:stream";
import type { Access } from "./contract";

/**
 * The contracts of the mesh. `contracts/index.ts` adds its table by declaration merging, which is
 * how `lib/` stays free of business words and `ctx.call` is typed all the same.
 */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- merged into by contracts/index.ts
export interface MeshRegistry {}

type Contracts = MeshRegistry extends { contracts: infer C } ? C : never;
type ServiceName = Extract<keyof Contracts, string>;

type DurableActions = MeshRegistry extends { durableActions: infer D } ? D : never;

type ActionsOf<S extends ServiceName> = Contracts[S] extends { durable: true; actions: infer A }
  ? A & DurableActions
  : Contracts[S] extends { actions: infer A }
    ? A
    : never;
type EventsOf<S extends ServiceName> = Contracts[S] extends { events: infer E } ? E : never;

/** `orders.place`, `carts.get`, … */
export type ActionName = {
  [S in ServiceName]: `${S}.${keyof ActionsOf<S> & string}`;
}[ServiceName];

type ContractOf<N extends ActionName> = N extends `${infer S}.${infer A}`
  ? S extends ServiceName
    ? A extends keyof ActionsOf<S>
      ? ActionsOf<S>[A]
      : never
    : never
  : never;

/** What an action's `A` declares as params, result and caller. */
export type ParamsOf<A> = A extends { params: infer P extends TSchema } ? Static<P> : never;
export type ResultOf<A> = A extends { result: infer R extends TSchema } ? Static<R> : never;
export type UserOf<A> = A extends { access: "customer" | "admin" } ? User : User | null;

export type ActionParams<N extends ActionName> = ParamsOf<ContractOf<N>>;
export type ActionResult<N extends ActionName> = ResultOf<ContractOf<N>>;

/** `order.created`, `stock.reserved`, … */
export type EventName = { [S in ServiceName]: keyof EventsOf<S> & string }[ServiceName];

export type EventPayload<N extends EventName> = {
  [S in ServiceName]: N extends keyof EventsOf<S>
    ? EventsOf<S>[N] extends { payload: infer P extends TSchema }
      ? Static<P>
      : never
    : never;
}[ServiceName];

/** The signed-in person on whose behalf a call runs. */
export interface User {
  readonly id: string;
  readonly roles: readonly string[];
}

/** Who calls: a person through the gateway, or a service on its own account. */
export interface Identity {
  readonly user: User | null;
  /** The calling service; `gateway` for what came by HTTP. */
  readonly service: string;
}

export interface CallOptions {
  /** ms; the caller's own deadline shortens it further. */
  readonly timeout?: number;
  readonly stream?: Readable;
}

/** Calls an action of the mesh by its name. */
export interface Caller {
  call<N extends ActionName>(
    name: N,
    params: ActionParams<N>,
    options?: CallOptions,
  ): Promise<ActionResult<N>>;
}

/** What a handler sees of a call. */
export interface Ctx<A = { access: Access }> extends Caller {
  readonly params: ParamsOf<A>;
  /** Never null where the contract asks for a customer or an admin. */
  readonly user: UserOf<A>;
  readonly identity: Identity;
  readonly requestID: string | null;
  /** The W3C trace context of the request, to be carried on. */
  readonly traceparent: string | null;
  readonly stream: Readable | null;
}
