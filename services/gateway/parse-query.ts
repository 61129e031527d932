import type { TSchema } from "@sinclair/typebox";
import { fail } from "../../contracts/errors";
import type { FieldError } from "../../lib/errors";

const INTEGER = /^-?(0|[1-9]\d{0,14})$/;
const NUMBER = /^-?(0|[1-9]\d{0,14})(\.\d{1,15})?$/;
const MAX_FAULTS = 20;

type Schemas = Readonly<Record<string, TSchema>>;

/**
 * The params of a query string, each as the type its schema names; a record is given entry by entry,
 * as `attributes.color=blue`. A name that is unknown or comes twice is refused; what does not read as
 * its type stays text, for the contract to refuse.
 */
export function parseQuery(query: string, schemas: Schemas): Record<string, unknown> {
  if (query === "") return {};
  const params = new Map<string, unknown>();
  const records = new Map<string, Map<string, string>>();
  const faults = new Map<string, string>();
  const seen = new Set<string>();
  for (const [name, text] of new URLSearchParams(query)) {
    const { field, key, schema } = parameterOf(name, schemas);
    if (!schema) faults.set(name, "is not a query parameter here");
    else if (seen.has(name)) faults.set(name, "is given more than once");
    else if (`${name}${text}`.includes("\0")) faults.set(name, "has a NUL character");
    else if (key === null) params.set(field, coerce(text, schema));
    else records.set(field, (records.get(field) ?? new Map<string, string>()).set(key, text));
    seen.add(name);
    if (faults.size >= MAX_FAULTS) break;
  }
  if (faults.size > 0) {
    throw faultyFields([...faults].map(([name, message]) => ({ path: `/${name}`, message })));
  }
  for (const [field, entries] of records) params.set(field, Object.fromEntries(entries));
  return Object.fromEntries(params);
}

/** The error for fields that the gateway itself finds faulty. */
export function faultyFields(faults: readonly FieldError[]) {
  const detail = faults.map(({ path, message }) => `${path.slice(1)}: ${message}`).join("; ");
  return fail("VALIDATION_FAILED", detail, { errors: faults });
}

interface QueryParameter {
  readonly field: string;
  /** Of the entry, where the field is a record. */
  readonly key: string | null;
  readonly schema: TSchema | undefined;
}

function parameterOf(name: string, schemas: Schemas): QueryParameter {
  const dot = name.indexOf(".");
  const field = dot === -1 ? name : name.slice(0, dot);
  const key = dot === -1 ? null : name.slice(dot + 1);
  const schema = Object.hasOwn(schemas, field) ? schemas[field] : undefined;
  const isRecord = schema?.type === "object";
  const fits = isRecord ? key !== null && key !== "__proto__" : key === null;
  return { field, key, schema: fits ? schema : undefined };
}

function coerce(text: string, schema: TSchema): unknown {
  switch (schema.type) {
    case "integer":
      return INTEGER.test(text) ? Number(text) : text;
    case "number":
      return NUMBER.test(text) ? Number(text) : text;
    case "boolean":
      return text === "true" ? true : text === "false" ? false : text;
    default:
      return text;
  }
}
