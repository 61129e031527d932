import { Context, type CallingOptions } from "moleculer";
import type { Identity, User } from "./types";

/** Request headers that every call of the mesh carries. Identity never rides in `meta`, which callees can write. */
export interface MeshHeaders {
  readonly identity?: Identity;
  readonly traceparent?: string;
}

const ANONYMOUS: Identity = { user: null, service: "anonymous" };

/** Moleculer's context, which hands identity and trace on to the calls made under it. */
export class MeshContext extends Context<unknown, object, Record<string, unknown>, MeshHeaders> {
  get identity(): Identity {
    return this.headers.identity ?? ANONYMOUS;
  }

  get user(): User | null {
    return this.identity.user;
  }

  get traceparent(): string | null {
    return this.headers.traceparent ?? null;
  }

  override call<Result>(name: string, params?: unknown, options?: CallingOptions): Promise<Result> {
    const headers: MeshHeaders = {
      identity: { user: this.user, service: this.service?.name ?? this.identity.service },
      ...(this.headers.traceparent ? { traceparent: this.headers.traceparent } : {}),
    };
    return super.call(name, params, { ...options, headers });
  }
}

/** Calling options for what a service does on its own account: no person stands behind it. */
export const asService = (service: string, traceparent?: string | null): CallingOptions => ({
  headers: {
    identity: { user: null, service },
    ...(traceparent ? { traceparent } : {}),
  } satisfies MeshHeaders,
});
