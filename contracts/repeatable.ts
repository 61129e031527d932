import { Type as T, type TSchema } from "@sinclair/typebox";
import { Strict } from "../lib/mesh/schema";

export const IdempotencyKey = T.String({
  minLength: 1,
  maxLength: 255,
  pattern: "^[\\x20-\\x7e]*$",
  description: "printable ASCII; the same key does it once, however often it is sent",
});

/** Of an action that a client may ask again without harm, by a key of its own, when no answer came. */
export const repeatable = { idempotencyKey: T.Optional(IdempotencyKey) };

/** Its result: what was answered first, every time. */
export const Repeatable = <S extends TSchema>(answer: S) =>
  Strict({ answer, replayed: T.Boolean() });

/** Header of an answer that was given before. */
export const replayHeader = (replayed: boolean): Readonly<Record<string, string>> =>
  replayed ? { "idempotency-replayed": "true" } : {};

/** Its route. */
export const byIdempotencyKey = {
  headers: { idempotencyKey: "idempotency-key" },
  reply: ({ answer, replayed }: { answer: unknown; replayed: boolean }) => ({
    body: answer,
    headers: replayHeader(replayed),
  }),
};
