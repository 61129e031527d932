import { createInflateRaw } from "node:zlib";

/** What is wrong with a workbook, for its owner's eyes. */
export class BadWorkbook extends Error {}

const MIB = 2 ** 20;
const MAX_ENTRIES = 1_000;
/** Of one part when it is inflated, and of all of them; a million full rows stay below. */
const MAX_INFLATED = 512 * MIB;
/** Sheets of nothing but the same cell shrink to a hundredth; what shrinks more is a bomb. */
const MAX_RATIO = 250;
/** Below this size nothing can hurt, whatever its ratio. */
const HARMLESS = 4 * MIB;

const END = { signature: 0x06054b50, length: 22, commentLimit: 0xffff };
const CENTRAL = { signature: 0x02014b50, length: 46 };
const LOCAL = { signature: 0x04034b50, length: 30 };
const STORED = 0;
const DEFLATED = 8;
const ENCRYPTED = 1;

export interface ZipEntry {
  readonly name: string;
  readonly method: number;
  /** What the directory says of its size when inflated. */
  readonly size: number;
  readonly packed: Buffer;
}

/**
 * The parts of a ZIP file by name. Throws BadWorkbook for anything that is not a plain archive: a
 * damaged, encrypted or split one, one whose parts overlap, and what its own words call a bomb.
 */
export function readZip(file: Buffer): Map<string, ZipEntry> {
  const end = findEnd(file);
  const count = file.readUInt16LE(end + 10);
  if (count > MAX_ENTRIES) throw new BadWorkbook(`the archive has more than ${MAX_ENTRIES} parts`);
  const entries = new Map<string, ZipEntry>();
  let at = file.readUInt32LE(end + 16);
  let packed = 0;
  for (let n = 0; n < count; n++) {
    const { entry, next } = readEntry(file, at);
    packed += entry.packed.length;
    if (packed > file.length) throw new BadWorkbook("parts of the archive overlap");
    entries.set(entry.name, entry);
    at = next;
  }
  refuseBomb(
    packed,
    [...entries.values()].reduce((sum, { size }) => sum + size, 0),
  );
  return entries;
}

function findEnd(file: Buffer): number {
  const first = Math.max(0, file.length - END.length - END.commentLimit);
  for (let at = file.length - END.length; at >= first; at--) {
    if (file.readUInt32LE(at) === END.signature) return at;
  }
  throw new BadWorkbook("the file is cut off or damaged");
}

function readEntry(file: Buffer, at: number): { entry: ZipEntry; next: number } {
  check(file, at, CENTRAL);
  if ((file.readUInt16LE(at + 8) & ENCRYPTED) !== 0) {
    throw new BadWorkbook("the workbook is protected by a password");
  }
  const nameEnd = at + CENTRAL.length + file.readUInt16LE(at + 28);
  const next = nameEnd + file.readUInt16LE(at + 30) + file.readUInt16LE(at + 32);
  const name = file.toString("utf8", at + CENTRAL.length, nameEnd);
  const local = file.readUInt32LE(at + 42);
  check(file, local, LOCAL);
  const start =
    local + LOCAL.length + file.readUInt16LE(local + 26) + file.readUInt16LE(local + 28);
  const end = start + file.readUInt32LE(at + 20);
  if (end > file.length) throw new BadWorkbook("the file is cut off or damaged");
  const method = file.readUInt16LE(at + 10);
  if (method !== STORED && method !== DEFLATED) {
    throw new BadWorkbook("the archive is packed in an unknown way");
  }
  const size = file.readUInt32LE(at + 24);
  return { entry: { name, method, size, packed: file.subarray(start, end) }, next };
}

function check(
  file: Buffer,
  at: number,
  { signature, length }: { readonly signature: number; readonly length: number },
): void {
  if (at + length > file.length || file.readUInt32LE(at) !== signature) {
    throw new BadWorkbook("the file is cut off or damaged");
  }
}

function refuseBomb(packed: number, inflated: number): void {
  if (inflated <= HARMLESS) return;
  if (inflated > MAX_INFLATED || inflated > packed * MAX_RATIO) {
    throw new BadWorkbook("the file unpacks to far more than a workbook should");
  }
}

/**
 * A part, piece by piece as it is inflated, so that none is ever whole in memory. Ends with
 * BadWorkbook at the first byte beyond what it declared or what we allow.
 */
export async function* inflate({ method, size, packed }: ZipEntry): AsyncGenerator<Buffer> {
  if (method === STORED) {
    yield packed;
    return;
  }
  const stream = createInflateRaw();
  stream.end(packed);
  let inflated = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      inflated += chunk.length;
      refuseBomb(packed.length, inflated);
      if (inflated > size) throw new BadWorkbook("a part is larger than the archive says");
      yield chunk;
    }
  } catch (error) {
    if (isZlibError(error)) throw new BadWorkbook("the file is cut off or damaged");
    throw error;
  } finally {
    stream.destroy();
  }
}

const isZlibError = (error: unknown): boolean =>
  error instanceof Error && "code" in error && /^Z_|^ERR_/.test(String(error.code));
