import { Type as T, type Static, type TTuple } from "@sinclair/typebox";
import { Validator } from "../lib/mesh/schema";
import { decodeCursor } from "../lib/store/cursor";
import { Id } from "./common";
import { invalidField } from "./errors";

/**
 * Reads the cursors of one list, whose sort key is `schema`: the key to go on after, undefined for
 * the first page. Throws VALIDATION_FAILED for a cursor that this list never gave out.
 */
export function cursorReader<S extends TTuple>(
  schema: S,
): (cursor: string | undefined) => Static<S> | undefined {
  const key = new Validator(schema);
  return (cursor) => {
    if (cursor === undefined) return undefined;
    const value = decodeCursor(cursor);
    if (!key.accepts(value)) throw invalidField("/cursor", "is not a cursor of this list");
    return value;
  };
}

/** Cursors of lists that are sorted by id. */
export const idCursor = cursorReader(T.Tuple([Id]));
