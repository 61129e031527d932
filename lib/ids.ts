import { uuidv7 } from "uuidv7";

/** A new UUIDv7: sortable by creation to a millisecond, never used as an order of events. */
export const newId = (): string => uuidv7();

/** When a UUIDv7 was made, in ms of the Unix epoch. */
export const madeAt = (id: string): number =>
  Number.parseInt(id.replaceAll("-", "").slice(0, 12), 16);
