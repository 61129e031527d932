import { isUtf8 } from "node:buffer";
import { fail } from "../../contracts/errors";
import type { FieldError } from "../../lib/errors";
import { faultyFields } from "./parse-query";

/** No contract nests deeper than this; a recursive reader behind us would die of a bomb. */
const MAX_DEPTH = 32;
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
  const text = bytes.toString("utf8");
  try {
    return JSON.parse(text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text);
  } catch {
    throw fail("MALFORMED_JSON");
  }
}

interface Visit {
  readonly value: object;
  readonly key: string;
  readonly depth: number;
  readonly parent: Visit | null;
}

/**
 * Refuses what is valid JSON and harm to somebody behind us: bombs of depth (serializers recurse),
 * `__proto__` keys inside free-form records, and NUL, which PostgreSQL cannot store. Walks without
 * recursion, so that depth cannot hurt it either.
 */
function assertTame(root: object): void {
  const open: Visit[] = [{ value: root, key: "", depth: 1, parent: null }];
  for (let visit = open.pop(); visit; visit = open.pop()) {
    if (visit.depth > MAX_DEPTH) throw fail("MALFORMED_JSON", "the body is nested too deeply");
    for (const [key, value] of Object.entries(visit.value) as [string, unknown][]) {
      if (key === "__proto__" || key.includes("\0"))
        throw faulty(visit, key, "is not a field name");
      if (typeof value === "string" && value.includes("\0")) {
        throw faulty(visit, key, "has a NUL character");
      }
      if (typeof value === "object" && value !== null) {
        open.push({ value, key, depth: visit.depth + 1, parent: visit });
      }
    }
  }
}

function faulty(visit: Visit, key: string, message: string) {
  let path = `/${key.replaceAll("\0", "")}`;
  for (let at: Visit | null = visit; at?.parent; at = at.parent) path = `/${at.key}${path}`;
  return faultyFields([{ path, message } satisfies FieldError]);
}
