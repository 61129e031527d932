import { crc32 } from "node:zlib";

/** A key and its new value; null removes it. Values are plain JSON and never changed in place. */
export type Change<Value> = readonly [key: string, value: Value | null];

/** What a file of changes comes to. */
export interface Contents<Value> {
  readonly values: Map<string, Value>;
  readonly bytes: number;
  readonly damaged: number;
}

const checksum = (json: string | Buffer): string => crc32(json).toString(16).padStart(8, "0");

/** One write as one line, so that it is there whole or not at all. */
export function toLine<Value>(changes: readonly Change<Value>[]): string {
  const json = JSON.stringify(changes);
  return `${checksum(json)} ${json}\n`;
}

/** Split by hand: Node's readline also breaks lines at U+2028, which JSON leaves as it is. */
export function parseChanges<Value>(content: Buffer): Contents<Value> {
  const values = new Map<string, Value>();
  let damaged = 0;
  for (let start = 0; start < content.length;) {
    const end = content.indexOf(0x0a, start);
    const changes = parseLine<Value>(content.subarray(start, end));
    if (!changes) damaged++;
    for (const [key, value] of changes ?? []) {
      if (value === null) values.delete(key);
      else values.set(key, value);
    }
    start = end + 1;
  }
  return { values, bytes: content.length, damaged };
}

function parseLine<Value>(line: Buffer): Change<Value>[] | null {
  const json = line.subarray(9);
  if (line.toString("latin1", 0, 8) !== checksum(json)) return null;
  // The checksum says that it is what we wrote.
  return JSON.parse(json.toString("utf8")) as Change<Value>[];
}
