import { Context, type CallingOptions } from "moleculer";
import { admittedBy, signerOf, type MeshHeaders } from "./signed-context";
import type { Identity, User } from "./types";

const ANONYMOUS: Identity = { user: null, service: "anonymous" };

/** Moleculer's context, which hands identity and trace on to the calls made under it. */
export class MeshContext extends Context<unknown, object, Record<string, unknown>, MeshHeaders> {
  #span: string | null = null;

  get identity(): Identity {
    const admitted = admittedBy(this.headers);
    return admitted ? { user: admitted.user, service: admitted.service } : ANONYMOUS;
  }

  get user(): User | null {
    return admittedBy(this.headers)?.user ?? null;
  }

  /** Where the trace goes on from: the span of this call, else that of its caller. */
  get traceparent(): string | null {
    return this.#span ?? this.headers.traceparent ?? null;
  }

  /** What is called and published from here on is below the span of `traceparent`. */
  enterSpan(traceparent: string): void {
    this.#span = traceparent;
  }

  override call<Result>(name: string, params?: unknown, options?: CallingOptions): Promise<Result> {
    const { user, traceparent } = this;
    const service = this.service?.name ?? this.identity.service;
    const headers = signerOf(this.broker).headersFor({ user, service, action: name, traceparent });
    return super.call(name, params, { ...options, headers });
  }
}
