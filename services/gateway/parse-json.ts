import { isUtf8 } from "node:buffer";
import { fail } from "../../contracts/errors";
import type { FieldError } from "../../lib/errors";
import { faultyFields } from "./parse-query";

/** No contract nests deeper than this; a recursive reader behind us would die of a bomb. */
const MAX_DEPTH = 32;
/** The largest product has some 13,000. A body of nothing but values would stop us for seconds. */
const MAX_VALUES = 20_000;
const BYTE_ORDER_MARK = "\uFEFF";

/**
 * The fields of a JSON body; none for an empty one. Keys stay own properties whatever their name, so
 * that the contract sees, and refuses, `__proto__` like any unknown field.
 */
export function parseJsonObject(bytes: Buffer): Record<string, unknown> {
  if (bytes.length === 0) return {};
  const value = parseJson(bytes);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw faultyFields([{ path: "", message: "Expected object" }]);
  }
  assertTame(value);
  // An object that came out of JSON.parse has string keys and JSON values, nothing else.
  return value as Record<string, unknown>;
}

function parseJson(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) throw fail("MALFORMED_JSON", "the body is not valid UTF-8");
  assertSize(bytes);
  const text = bytes.toString("utf8");
  try {
    return JSON.parse(text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text);
  } catch {
    throw fail("MALFORMED_JSON");
  }
}

const code = (character: string): number => character.charCodeAt(0);
const [QUOTE, BACKSLASH, COMMA] = [code('"'), code("\\"), code(",")];
const [OBJECT, OBJECT_END, ARRAY, ARRAY_END] = [code("{"), code("}"), code("["), code("]")];

/** Refuses bombs of depth and of breadth by their bytes: to parse one would be harm done already. */
function assertSize(bytes: Buffer): void {
  let depth = 0;
  let values = 1;
  let quoted = false;
  let escaped = false;
  for (const byte of bytes) {
    if (escaped) escaped = false;
    else if (byte === QUOTE) quoted = !quoted;
    else if (quoted) escaped = byte === BACKSLASH;
    else if (byte === COMMA) values++;
    else if (byte === OBJECT || byte === ARRAY) depth++;
    else if (byte === OBJECT_END || byte === ARRAY_END) depth--;
    if (depth > MAX_DEPTH) throw fail("MALFORMED_JSON", "the body is nested too deeply");
    if (values > MAX_VALUES) {
      throw faultyFields([{ path: "", message: `has more than ${MAX_VALUES} values` }]);
    }
  }
}

interface Visit {
  readonly value: object;
  readonly key: string;
  readonly parent: Visit | null;
}

/**
 * Refuses what is valid JSON and harm to somebody behind us: `__proto__` keys inside free-form
 * records, and NUL, which PostgreSQL cannot store.
 */
function assertTame(root: object): void {
  const open: Visit[] = [{ value: root, key: "", parent: null }];
  for (let visit = open.pop(); visit; visit = open.pop()) {
    for (const [key, value] of Object.entries(visit.value) as [string, unknown][]) {
      if (key === "__proto__" || key.includes("\0"))
        throw faulty(visit, key, "is not a field name");
      if (typeof value === "string" && value.includes("\0")) {
        throw faulty(visit, key, "has a NUL character");
      }
      if (typeof value === "object" && value !== null) {
        open.push({ value, key, parent: visit });
      }
    }
  }
}

function faulty(visit: Visit, key: string, message: string) {
  let path = `/${key.replaceAll("\0", "")}`;
  for (let at: Visit | null = visit; at?.parent; at = at.parent) path = `/${at.key}${path}`;
  return faultyFields([{ path, message } satisfies FieldError]);
}
