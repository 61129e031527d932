import { Type as T, type Static } from "@sinclair/typebox";
import { fail } from "../../../contracts/errors";
import { Validator } from "../../../lib/mesh/schema";

/** What webhooks of every provider have; fields and types that we do not know are suffered. */
const Event = T.Object({
  id: T.String({ pattern: "^[\\x21-\\x7e]{1,255}$" }),
  type: T.String({ pattern: "^[\\x21-\\x7e]{1,255}$" }),
  data: T.Optional(T.Unknown()),
});
const event = new Validator(Event);

/** Throws MALFORMED_JSON, and VALIDATION_FAILED for a body without an id and a type. */
export function parseEvent(rawBody: string): Static<typeof Event> {
  const body = parseJson(rawBody);
  if (event.accepts(body)) return body;
  throw fail("VALIDATION_FAILED", "this is no event", { errors: event.errorsOf(body) });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw fail("MALFORMED_JSON");
  }
}
