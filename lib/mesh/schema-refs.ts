import type { TSchema } from "@sinclair/typebox";

export type Json =
  null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/** Ours alone, and what is said in their place: a validator of somebody else's would stop at them. */
const OWN_FORMATS: Readonly<Record<string, JsonObject>> = {
  text: {},
  country: { pattern: "^[A-Z]{2}$" },
};

/**
 * Writes schemas as plain JSON, with a `$ref` in place of each that has a name. Schemas are told apart
 * by what they say, since TypeBox copies one that becomes optional.
 */
export class SchemaRefs {
  readonly #names = new Map<string, string>();
  readonly #named: Readonly<Record<string, TSchema>>;

  constructor(named: Readonly<Record<string, TSchema>>) {
    this.#named = named;
    for (const [name, schema] of Object.entries(named)) {
      this.#names.set(JSON.stringify(schema), name);
    }
  }

  /** The schema, or a reference to it. */
  write(schema: TSchema | JsonObject): JsonObject {
    // TypeBox keeps its own marks under symbols, which JSON leaves out.
    const plain = JSON.parse(JSON.stringify(schema)) as JsonObject;
    return this.#refer(plain) as JsonObject; // an object in, an object out
  }

  /** `components/schemas`: each named schema, which may refer to others. */
  definitions(): JsonObject {
    return Object.fromEntries(
      Object.entries(this.#named).map(([name, schema]) => {
        const plain = JSON.parse(JSON.stringify(schema)) as JsonObject;
        return [name, this.#inside(plain)];
      }),
    );
  }

  #refer(value: Json): Json {
    if (typeof value !== "object" || value === null) return value;
    const name = this.#names.get(JSON.stringify(value));
    return name ? { $ref: `#/components/schemas/${name}` } : this.#inside(value);
  }

  #inside(value: Json): Json {
    if (isList(value)) return value.map((item) => this.#refer(item));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).flatMap(([key, item]) => {
        const own = key === "format" && typeof item === "string" ? OWN_FORMATS[item] : undefined;
        return own ? Object.entries(own) : [[key, this.#refer(item)]];
      }),
    );
  }
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);
