import type { TObject, TSchema } from "@sinclair/typebox";
import type { ContractTable } from "../mesh/contract";
import type { ActionContract } from "../mesh/contract";
import { sensitivityOf } from "../mesh/schema";
import { scrub } from "./scrub";

type DurableActions = Readonly<Record<string, ActionContract>>;

/** Turns what is about to be logged into what may be. */
export interface Redactor {
  /** A copy without what the contracts call secret or personal, at any depth. */
  value(value: unknown): unknown;
  /** What may be told of something that was thrown. */
  error(error: unknown): object;
}

const MAX_DEPTH = 6;
/** Names under which libraries keep such things, though no contract has them. */
const ALWAYS = ["authorization", "cookie", "set-cookie", "secret", "privateKey"];

/** Hides fields by the names that any contract marks with `sensitive(...)`. */
export function redactorOf(contracts: ContractTable, durableActions: DurableActions): Redactor {
  const kinds = new Map(ALWAYS.map((name) => [name.toLowerCase(), "secret"]));
  for (const schema of schemasOf(contracts, durableActions)) collect(schema, kinds);

  function clean(value: unknown, depth: number): unknown {
    if (typeof value === "string") return scrub(value);
    if (typeof value !== "object" || value === null) return value;
    if (value instanceof Error) return toError(value, depth);
    if (depth >= MAX_DEPTH) return "[deep]";
    if (Array.isArray(value)) return value.map((part) => clean(part, depth + 1));
    if (Object.getPrototypeOf(value) !== Object.prototype) return `[${value.constructor?.name}]`;
    return Object.fromEntries(
      Object.entries(value).map(([name, part]) => {
        const kind = kinds.get(name.toLowerCase());
        return [name, kind === undefined ? clean(part, depth + 1) : `[${kind}]`];
      }),
    );
  }

  /** Without what libraries hang on errors: bound values, whole requests. */
  function toError(error: Error, depth: number): object {
    const { name, message, stack, cause } = error;
    const { code, type } = error as { code?: unknown; type?: unknown };
    const said = quotesInput(code)
      ? `${String(type ?? code)} (its words may quote input)`
      : scrub(message);
    const frames = stack?.slice(stack.indexOf("\n    at ")) ?? "";
    return {
      name,
      ...(code === undefined ? {} : { code }),
      ...(type === undefined ? {} : { type }),
      message: said,
      stack: `${name}: ${said}${frames.startsWith("\n    at ") ? frames : ""}`,
      ...(cause === undefined || depth >= MAX_DEPTH ? {} : { cause: clean(cause, depth + 1) }),
    };
  }

  return {
    value: (value) => clean(value, 0),
    error: (error) =>
      error instanceof Error ? toError(error, 0) : { message: scrub(String(error)) },
  };
}

/**
 * Refusals name the fields that somebody sent, PostgreSQL's data exceptions and constraint violations
 * the value that they are about.
 */
const quotesInput = (code: unknown): boolean =>
  typeof code === "number"
    ? code >= 400 && code < 500
    : typeof code === "string" && /^2[23][0-9A-Z]{3}$/.test(code);

const schemasOf = (contracts: ContractTable, durableActions: DurableActions): TSchema[] => [
  ...Object.values(contracts).flatMap(({ actions, events }) => [
    ...Object.values(actions).flatMap(({ params, result }) => [params, result]),
    ...Object.values(events).map(({ payload }) => payload),
  ]),
  ...Object.values(durableActions).flatMap(({ params, result }) => [params, result]),
];

/** Notes the names of all properties that are marked, wherever they stand in `schema`. */
function collect(schema: TSchema, kinds: Map<string, string>): void {
  for (const [name, property] of Object.entries((schema as Partial<TObject>).properties ?? {})) {
    const kind = kindOf(property);
    if (kind) kinds.set(name.toLowerCase(), kind);
    collect(property, kinds);
  }
  for (const part of [...((schema.anyOf as TSchema[] | undefined) ?? []), schema.items]) {
    if (typeof part === "object" && part !== null) collect(part as TSchema, kinds);
  }
}

/** Also of something that may be null. */
const kindOf = (schema: TSchema): string | undefined =>
  sensitivityOf(schema) ??
  ((schema.anyOf as TSchema[] | undefined) ?? []).map(kindOf).find(Boolean);
