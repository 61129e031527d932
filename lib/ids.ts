import { uuidv7 } from "uuidv7";

/** A new UUIDv7: sortable by creation to a millisecond, never used as an order of events. */
export const newId = (): string => uuidv7();
