import { Type as T, type Static, type TSchema } from "@sinclair/typebox";
import { messageOf } from "../../../../lib/errors";
import { Validator } from "../../../../lib/mesh/schema";

/** Pinned: what Stripe answers keeps its shape until somebody has read its changelog. */
const VERSION = "2025-09-30.clover";

export interface StripeCall {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly fields?: Readonly<Record<string, string>>;
  readonly idempotencyKey?: string;
  readonly signal: AbortSignal;
}

export interface Answer<V> {
  readonly value: V;
  /** Stripe repeats what it saved under the key: how things stood then, not how they stand. */
  readonly replayed: boolean;
}

const word = T.Optional(T.Union([T.String(), T.Null()]));
const Refusal = T.Object({ error: T.Object({ type: word, code: word, param: word }) });
const refusal = new Validator(Refusal);

/** Anything but a good answer. Tells neither keys nor messages, which may quote what was sent. */
export class StripeError extends Error {
  readonly status: number;
  readonly replayed: boolean;
  readonly code: string | null;
  /** The field that Stripe does not like. */
  readonly param: string | null;

  constructor({ method, path }: StripeCall, { status, headers }: Response, body: unknown) {
    const { type, code, param } = refusal.accepts(body) ? body.error : {};
    const words = [status, type, code, param, headers.get("request-id")];
    super(`${method} ${path}: Stripe answered ${words.filter(Boolean).join(" ")}`);
    this.status = status;
    this.replayed = isReplayed(headers);
    this.code = code ?? null;
    this.param = param ?? null;
  }
}

const isReplayed = (headers: Headers): boolean => headers.get("idempotent-replayed") === "true";

/** Stripe's API by Node's own fetch. Each call is made once: whoever asks for the work asks again. */
export class StripeApi {
  readonly #base: string;
  readonly #headers: Readonly<Record<string, string>>;

  constructor({ secretKey, apiBase }: { readonly secretKey: string; readonly apiBase: string }) {
    this.#base = apiBase.replace(/\/+$/, "");
    this.#headers = {
      authorization: `Bearer ${secretKey}`,
      "content-type": "application/x-www-form-urlencoded",
      "stripe-version": VERSION,
    };
  }

  /** Rejects with a StripeError for a bad answer, and with another one when there was none. */
  async ask<S extends TSchema>(call: StripeCall, shape: Validator<S>): Promise<Answer<Static<S>>> {
    const response = await this.#send(call);
    const body = parse(await response.text());
    if (!response.ok || !shape.accepts(body)) throw new StripeError(call, response, body);
    return { value: body, replayed: isReplayed(response.headers) };
  }

  async #send({ method, path, fields, idempotencyKey, signal }: StripeCall): Promise<Response> {
    const form = new URLSearchParams(fields).toString();
    const isGet = method === "GET";
    try {
      return await fetch(`${this.#base}${path}${isGet && form ? `?${form}` : ""}`, {
        method,
        ...(isGet ? {} : { body: form }),
        headers: {
          ...this.#headers,
          ...(idempotencyKey === undefined ? {} : { "idempotency-key": idempotencyKey }),
        },
        redirect: "error",
        signal,
      });
    } catch (error) {
      // Of fetch's errors only the cause tells something.
      const { cause = error } = error as Error;
      throw new Error(`${method} ${path}: ${messageOf(cause)}`, { cause });
    }
  }
}

/**
 * Stripe saves what it answered under a key, a fault of its own too: such a key never answers anything
 * else. `ask` has to look first whether the work was done all the same; if not, it is done under the
 * next key, which is the same one for whoever asks. A fault that is not saved may yet turn out to have
 * been work: its key is asked again, some other time.
 */
export async function underKey<V>(
  idempotencyKey: string,
  ask: (idempotencyKey: string) => Promise<V>,
): Promise<V> {
  for (let count = 1; ; count++) {
    try {
      return await ask(count === 1 ? idempotencyKey : `${idempotencyKey}:${count}`);
    } catch (error) {
      if (!(error instanceof StripeError && error.status >= 500 && error.replayed)) throw error;
    }
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
