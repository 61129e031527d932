import type { ServiceBroker } from "moleculer";
import { MAC_BYTES, MacKeys } from "../mac-keys";
import type { Identity, User } from "./types";

/** How long a signed context is good, in seconds: longer than any call waits for its turn. */
const LIFETIME_SECONDS = 60;
/** How far the clocks of two nodes may be apart. */
const LEEWAY_SECONDS = 30;
const MAX_LENGTH = 4_096;

/** Why a call is not let in. */
export type Refusal = "missing" | "malformed" | "forged" | "expired" | "early" | "misdirected";

/** What stands in a context: who calls which action, signed when, in epoch seconds. */
interface Claims {
  readonly user: User | null;
  readonly service: string;
  readonly action: string;
  readonly issuedAt: number;
}

const ADMITTED = Symbol("admitted");

/** Request headers that every call of the mesh carries. Identity never rides in `meta`, which callees can write. */
export interface MeshHeaders {
  /** The signed context, made when the call leaves this process. */
  readonly context?: string;
  readonly traceparent?: string;
  /** The claims that this process made or has verified; a symbol never arrives over the wire. */
  [ADMITTED]?: Claims;
}

export interface Introduction extends Identity {
  /** The full name of the action called, as `orders.place`. */
  readonly action: string;
  readonly traceparent?: string | null;
}

/**
 * Signs the context of calls, and checks those that arrive: HMAC-SHA256 and nothing else, whatever a
 * context says. The first key signs; all of them verify, so that a key can be changed node by node.
 */
export class ContextSigner {
  readonly #keys: MacKeys;
  readonly #now: () => number;

  constructor(secrets: readonly (string | Buffer)[], now: () => number = Date.now) {
    this.#keys = new MacKeys("souk signed context 1", secrets);
    this.#now = now;
  }

  /** Headers for one call. Within this process nothing is signed, for nothing could be forged. */
  headersFor({ user, service, action, traceparent }: Introduction): MeshHeaders {
    const claims = { user: frozen(user), service, action, issuedAt: this.#seconds() };
    const sign = (): string => this.#sign(claims);
    const headers = {
      [ADMITTED]: Object.freeze(claims),
      // Read whenever the headers are written to the wire, by whichever serializer.
      get context() {
        return sign();
      },
    };
    return traceparent ? Object.assign(headers, { traceparent }) : headers;
  }

  /** Who calls `action` with these headers; or why that is not to be believed. */
  admit(headers: MeshHeaders, action: string): Identity | Refusal {
    const known = headers[ADMITTED];
    const claims = known ?? this.#verify(headers.context);
    if (typeof claims === "string") return claims;
    const now = this.#seconds();
    if (claims.action !== action) return "misdirected";
    if (now > claims.issuedAt + LIFETIME_SECONDS + LEEWAY_SECONDS) return "expired";
    if (now < claims.issuedAt - LEEWAY_SECONDS) return "early";
    headers[ADMITTED] ??= claims;
    return claims;
  }

  /** A call that waited, or is tried again, leaves with a fresh context. */
  #sign(claims: Claims): string {
    const text = write({ ...claims, issuedAt: this.#seconds() });
    return `${text} ${this.#keys.sign(text).toString("base64url")}`;
  }

  #verify(context: unknown): Claims | Refusal {
    if (context === undefined) return "missing";
    if (typeof context !== "string" || context.length > MAX_LENGTH) return "malformed";
    const end = context.lastIndexOf(" ");
    const text = context.slice(0, end);
    const given = Buffer.from(context.slice(end + 1), "base64url");
    if (given.length !== MAC_BYTES) return "malformed";
    if (!this.#keys.isGenuine(given, text)) return "forged";
    return read(text);
  }

  #seconds(): number {
    return Math.floor(this.#now() / 1000);
  }
}

/** `orders payments.refund 1767225600 <user> <role>,<role>`; the last two are empty for nobody. */
const write = ({ service, action, issuedAt, user }: Claims): string =>
  [
    ...[service, action, issuedAt, encodeURIComponent(user?.id ?? "")],
    (user?.roles ?? []).map(encodeURIComponent).join(),
  ].join(" ");

/** Of a text that one of us has signed, and so has written. */
function read(text: string): Claims {
  const [service = "", action = "", issuedAt, id = "", roles = ""] = text.split(" ");
  const user = id && {
    id: decodeURIComponent(id),
    roles: roles.split(",").filter(Boolean).map(decodeURIComponent),
  };
  return Object.freeze({ service, action, issuedAt: Number(issuedAt), user: frozen(user || null) });
}

/** Handlers see the very object that further calls are signed from. */
function frozen(user: User | null): User | null {
  if (!user || Object.isFrozen(user)) return user;
  return Object.freeze({ id: user.id, roles: Object.freeze([...user.roles]) });
}

/** Who calls, as far as this process made or has checked the headers. */
export const admittedBy = (headers: MeshHeaders): Identity | undefined => headers[ADMITTED];

const signers = new WeakMap<ServiceBroker, ContextSigner>();

export const useSigner = (broker: ServiceBroker, signer: ContextSigner): void =>
  void signers.set(broker, signer);

/** The signer of this node; throws for a broker that was made without one. */
export function signerOf(broker: ServiceBroker): ContextSigner {
  const signer = signers.get(broker);
  if (!signer) throw new Error("this broker signs no contexts; give it the trust middleware");
  return signer;
}
