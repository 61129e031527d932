import { Type, type TSchema } from "@sinclair/typebox";
import type { ActionContract, Route } from "./contract";

export interface ReplyShape {
  readonly status: number;
  /** Lower-case names with what their value looks like, as `/orders/{id}`. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: TSchema;
}

const SCHEMA = Symbol("schema");

/**
 * What a route sends back for the results of its action. A `reply` function is run on a stand-in for
 * the result, each part of which knows its schema, so that nobody has to write down again what the
 * function says already.
 */
export function replyShape(contract: ActionContract, route: Route<unknown>): ReplyShape {
  const reply = route.reply?.(standIn(contract.result, "result")) ?? {};
  return {
    status: reply.status ?? route.status ?? 200,
    headers: Object.fromEntries(
      Object.entries(reply.headers ?? {}).map(([name, value]) => [name, String(value)]),
    ),
    body: "body" in reply ? schemaOf(reply.body) : contract.result,
  };
}

const schemaOf = (value: unknown): TSchema =>
  (value as { readonly [SCHEMA]?: TSchema } | null)?.[SCHEMA] ?? Type.Unknown();

function standIn(schema: TSchema, name: string): object {
  const properties = (schema.properties ?? {}) as Readonly<Record<string, TSchema>>;
  return new Proxy(
    {},
    {
      get(_target, key) {
        if (key === SCHEMA) return schema;
        if (key === Symbol.toPrimitive) return () => `{${name}}`;
        return typeof key === "string"
          ? standIn(properties[key] ?? Type.Unknown(), key)
          : undefined;
      },
    },
  );
}
