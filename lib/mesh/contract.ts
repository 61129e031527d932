import type { Static, TObject, TSchema } from "@sinclair/typebox";
import type { CacheRule } from "./call-cache";

/**
 * Who may call an action.
 * `public` anyone · `customer` a signed-in user · `admin` a user with that role ·
 * `internal` other services only, never a route.
 */
export type Access = "public" | "customer" | "admin" | "internal";

/**
 * Bytes that may be more than one call can carry. An action answers them piece by piece, as
 * `{ content }` in base64, when it is called with `params` and the number of a `piece`, from 0.
 */
export interface Pieces {
  /** In full, as `reports.jobFile`; as idempotent as the action whose answer this is. */
  readonly action: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly count: number;
  /** Of all pieces together. */
  readonly bytes: number;
}

/** What the gateway sends back for a result, where it is more than the result as JSON. */
export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** In place of a body. */
  readonly pieces?: Pieces;
}

/**
 * The HTTP face of an action. Names in the path are params; a GET's or DELETE's other params come
 * from the query string, everyone else's from the body.
 */
export interface Route<Result = never> {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Below `/api/v1` unless `absolute`; path parameters as `:name`. */
  readonly path: string;
  readonly absolute?: true;
  /** Status of a success (200). */
  readonly status?: number;
  /** Params taken from request headers: param name → header name. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Headers without which nothing else of a request is looked at: header name → code of the error. */
  readonly requires?: Readonly<Record<string, string>>;
  /**
   * How the body arrives: `json` (default for POST, PUT, PATCH), `raw` as the text param `rawBody`,
   * `stream` as `ctx.stream` with one of `contentTypes`.
   */
  readonly body?: "json" | "raw" | "stream" | "none";
  readonly contentTypes?: readonly string[];
  /** `Cache-Control: public, max-age=…` and an ETag, for what is the same for everybody. */
  readonly cacheSeconds?: number;
  /** An access token that comes along is not looked at: this is how one gets another, or nobody's. */
  readonly ignoresToken?: true;
  /** Requests a minute for each address; names a budget shared by routes. */
  readonly limit?: { readonly budget: string; readonly perMinute: number };
  /** Media types of what else it may send in place of its result. */
  readonly files?: readonly string[];
  // A method, so that the route of any result is also a route of an unknown one.
  reply?(result: Result): Reply;
  readonly tag?: string;
  /** Codes that a client should expect beside the ones every route may answer. */
  readonly errors?: readonly string[];
}

export interface ActionContract<P extends TObject = TObject, R extends TSchema = TSchema> {
  readonly summary: string;
  readonly params: P;
  readonly result: R;
  readonly access: Access;
  /** The deadline of one call, in ms (5,000); callers may set a shorter one. */
  readonly timeoutMs?: number;
  /** Calls that run at a time on one node (128); twice as many wait, and the rest is refused. */
  readonly concurrency?: number;
  /** Whether doing it twice is the same as once; only such calls are ever retried. */
  readonly idempotent: boolean;
  /** The param with the id of what the call is about (an order), for the lines that are logged. */
  readonly correlation?: string;
  /** Answers are kept at the callers; for `public` actions only, which answer everybody alike. */
  readonly cache?: CacheRule;
  readonly route?: Route<Static<R>>;
}

export interface EventContract<P extends TObject = TObject> {
  readonly summary: string;
  readonly version: number;
  readonly payload: P;
}

/** Who calls whom: the guard and the permissions on the bus allow this and nothing else. */
export interface Calling {
  /**
   * The actions of other services that this one calls, by full name; `*.trace` is that action of every
   * durable service, `operations.*` every action of that one.
   */
  readonly calls: readonly string[];
  /** Stands between the world and the mesh: calls whatever has a route. */
  readonly callsRoutes?: true;
  /** Moleculer's own broadcasts, which may get lost, that it sends. */
  readonly broadcasts?: readonly string[];
  /** Those that it listens to. */
  readonly hears?: readonly string[];
}

export interface Contract extends Calling {
  readonly name: string;
  readonly actions: Readonly<Record<string, ActionContract>>;
  readonly events: Readonly<Record<string, EventContract>>;
}

/** The contracts of a mesh; a durable service also answers the actions that all such have. */
export type ContractTable = Readonly<Record<string, Contract & { readonly durable?: boolean }>>;

/** Declares an action; exists so that TypeScript infers its params, result and access. */
export const action = <P extends TObject, R extends TSchema, const A extends Access>(
  definition: Omit<ActionContract<P, R>, "access"> & { readonly access: A },
): Omit<ActionContract<P, R>, "access"> & { readonly access: A } => definition;

/** Declares a durable event. */
export const event = <P extends TObject>(definition: EventContract<P>): EventContract<P> =>
  definition;

interface LooseContract extends Calling {
  readonly name: string;
  readonly actions: Readonly<Record<string, unknown>>;
  readonly events: Readonly<Record<string, unknown>>;
}

/** Declares what a service offers (actions) and says (events). */
export const defineContract = <const C extends LooseContract>(contract: C): C => contract;
