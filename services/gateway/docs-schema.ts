import { escapeHtml } from "../../lib/escape-html";
import type { Json, JsonObject } from "../../lib/mesh/schema-refs";

/** A schema in the notation of a type, as HTML; named ones are links. */
export function typeHtml(schema: JsonObject, indent = ""): string {
  const reference = referenceOf(schema);
  if (reference) return `<a href="#schema-${reference}">${reference}</a>`;
  if (isList(schema.enum)) return schema.enum.map((value) => literal(value)).join(" | ");
  const options = schema.anyOf;
  if (isList(options))
    return options.map((option) => typeHtml(objectOf(option), indent)).join(" | ");
  switch (asText(schema.type)) {
    case "object":
      return objectHtml(schema, indent);
    case "array":
      return `[${typeHtml(objectOf(schema.items), indent)}]`;
    case "":
      return "any";
    default:
      return `${asText(schema.type)}${noteOf(schema)}`;
  }
}

function objectHtml(schema: JsonObject, indent: string): string {
  const inner = `${indent}  `;
  const values = Object.values(objectOf(schema.patternProperties))[0];
  if (values) return `{ [name]: ${typeHtml(objectOf(values), indent)} }`;
  const properties = Object.entries(objectOf(schema.properties));
  if (properties.length === 0) return "{}";
  const required = isList(schema.required) ? schema.required : [];
  const lines = properties.map(([name, property]) => {
    const optional = required.includes(name) ? "" : "?";
    const description = objectOf(property).description;
    const comment = description ? ` <i>${escapeHtml(asText(description))}</i>` : "";
    return `${inner}<b>${escapeHtml(name)}</b>${optional}: ${typeHtml(objectOf(property), inner)}${comment}`;
  });
  return `{\n${lines.join("\n")}\n${indent}}`;
}

/** What else a value has to be. */
function noteOf(schema: JsonObject): string {
  const { format, minimum, maximum, minLength, maxLength } = schema;
  const parts = [
    format ? asText(format) : "",
    rangeOf(minimum, maximum, ""),
    rangeOf(minLength, maxLength, " characters"),
  ].filter((part) => part !== "");
  return parts.length > 0 ? ` <i>${escapeHtml(parts.join(", "))}</i>` : "";
}

function rangeOf(low: Json | undefined, high: Json | undefined, unit: string): string {
  if (typeof low === "number" && typeof high === "number") return `${low}–${high}${unit}`;
  if (typeof low === "number" && low > 0) return `≥ ${low}${unit}`;
  return typeof high === "number" ? `≤ ${high}${unit}` : "";
}

/** A value that fits the schema well enough to show what a request looks like. */
export function exampleOf(schema: JsonObject, schemas: JsonObject): Json {
  const reference = referenceOf(schema);
  if (reference) return exampleOf(objectOf(schemas[reference]), schemas);
  if (isList(schema.enum)) return schema.enum[0] ?? null;
  if (isList(schema.anyOf)) return exampleOf(objectOf(schema.anyOf[0]), schemas);
  switch (asText(schema.type)) {
    case "object": {
      const required = isList(schema.required) ? schema.required : [];
      const shown = Object.entries(objectOf(schema.properties)).filter(([name]) =>
        required.includes(name),
      );
      return Object.fromEntries(
        shown.map(([name, property]) => [name, exampleOf(objectOf(property), schemas)]),
      );
    }
    case "array":
      return [exampleOf(objectOf(schema.items), schemas)];
    case "integer":
    case "number":
      return typeof schema.minimum === "number" ? Math.max(schema.minimum, 1) : 1;
    case "boolean":
      return true;
    default:
      return exampleText(schema);
  }
}

const BY_FORMAT: Readonly<Record<string, string>> = {
  uuid: "0190a5b4-7c1e-7d3a-9f00-1a2b3c4d5e6f",
  email: "ada@example.com",
  country: "AT",
  "date-time": "2026-01-31T12:00:00.000Z",
};

function exampleText({ format, description, pattern }: JsonObject): string {
  if (description === "ISO 4217" || pattern === "^[A-Z]{3}$") return "EUR";
  return BY_FORMAT[asText(format)] ?? "text";
}

const REF = "#/components/schemas/";

function referenceOf({ $ref }: JsonObject): string | null {
  return typeof $ref === "string" ? $ref.slice(REF.length) : null;
}

const literal = (value: Json): string => escapeHtml(JSON.stringify(value));

/** A text as it is, another value as JSON, nothing as an empty text. */
export const asText = (value: Json | undefined): string =>
  typeof value === "string" ? value : value === undefined ? "" : JSON.stringify(value);

const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);

/** The value as an object; an empty one for anything else. */
export const objectOf = (value: Json | undefined): JsonObject =>
  typeof value === "object" && value !== null && !isList(value) ? value : {};
