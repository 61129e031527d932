import { BadWorkbook } from "./zip-file";

/** A piece of XML. `name` is without its prefix, `attributes` is as it stands. */
export type XmlEvent =
  | { readonly kind: "open"; readonly name: string; readonly attributes: string }
  | { readonly kind: "close"; readonly name: string }
  | { readonly kind: "text"; readonly text: string };

/** No cell may hold more than 32,767 characters; what goes on for longer than this is none. */
const MAX_PIECE = 2 ** 20;

const TAG = /<(\/?)([^\s/>"'<]+)((?:[^>"'<]|"[^"<]*"|'[^'<]*')*)>/y;
/** Instructions, comments and CDATA, each with its end. */
const SPECIAL = [
  { begins: "<?", ends: "?>" },
  { begins: "<!--", ends: "-->" },
  { begins: "<![CDATA[", ends: "]]>" },
] as const;

/**
 * The tags and texts of a document in UTF-8, a chunk's worth at a time. Declares nothing and resolves
 * nothing: a document type, and with it any entity of its own, is refused.
 */
export async function* xmlEvents(chunks: AsyncIterable<Buffer>): AsyncGenerator<XmlEvent[]> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let pending = "";
  for await (const chunk of chunks) {
    pending += decode(decoder, chunk);
    const { events, used } = scan(pending);
    pending = pending.slice(used);
    if (pending.length > MAX_PIECE) throw new BadWorkbook("a cell is too long");
    yield events;
  }
  if (pending.trim() !== "") throw new BadWorkbook("a part of the workbook breaks off");
}

function decode(decoder: InstanceType<typeof TextDecoder>, chunk: Buffer): string {
  try {
    return decoder.decode(chunk, { stream: true });
  } catch {
    throw new BadWorkbook("a part of the workbook is not in UTF-8");
  }
}

/** The events of `xml` as far as they are complete. */
function scan(xml: string): { events: XmlEvent[]; used: number } {
  const events: XmlEvent[] = [];
  let at = 0;
  for (;;) {
    const tag = xml.indexOf("<", at);
    if (tag < 0) return { events, used: at };
    if (tag > at) events.push({ kind: "text", text: unescape(xml.slice(at, tag)) });
    const next = xml[tag + 1] === "!" || xml[tag + 1] === "?" ? special(xml, tag, events) : -1;
    if (next === 0) return { events, used: tag };
    at = next > 0 ? next : scanTag(xml, tag, events);
    if (at === 0) return { events, used: tag };
  }
}

/** Where the piece at `at` ends; 0 when its end has not come yet. */
function special(xml: string, at: number, events: XmlEvent[]): number {
  const piece = SPECIAL.find(({ begins }) => xml.startsWith(begins, at));
  if (!piece) {
    const mayBecomeOne = SPECIAL.some(({ begins }) => begins.startsWith(xml.slice(at)));
    if (mayBecomeOne) return 0;
    throw new BadWorkbook("a part of the workbook declares a document type");
  }
  const end = xml.indexOf(piece.ends, at + piece.begins.length);
  if (end < 0) return 0;
  if (piece.begins === "<![CDATA[") {
    events.push({ kind: "text", text: xml.slice(at + piece.begins.length, end) });
  }
  return end + piece.ends.length;
}

function scanTag(xml: string, at: number, events: XmlEvent[]): number {
  TAG.lastIndex = at;
  const match = TAG.exec(xml);
  if (!match) {
    if (xml.indexOf(">", at) >= 0 && xml.length - at > MAX_PIECE) {
      throw new BadWorkbook("a part of the workbook is no XML");
    }
    return 0;
  }
  const [, slash, fullName = "", rest = ""] = match;
  const name = fullName.slice(fullName.indexOf(":") + 1);
  if (slash) events.push({ kind: "close", name });
  else {
    events.push({ kind: "open", name, attributes: rest });
    if (rest.endsWith("/")) events.push({ kind: "close", name });
  }
  return TAG.lastIndex;
}

const ATTRIBUTES = new Map<string, RegExp>();

/** The value of an attribute, whatever its prefix. */
export function attribute(attributes: string, name: string): string | undefined {
  let pattern = ATTRIBUTES.get(name);
  // Names are constants of the code, so this stays small.
  if (!pattern) {
    ATTRIBUTES.set(
      name,
      (pattern = new RegExp(`(?:^|[\\s:])${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`)),
    );
  }
  const match = pattern.exec(attributes);
  return match ? unescape(match[1] ?? match[2] ?? "") : undefined;
}

const NAMED: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
};

const unescape = (text: string): string =>
  text.includes("&")
    ? text.replace(/&(#x[0-9a-f]{1,6}|#\d{1,7}|\w{1,8});/gi, (_, name: string) => character(name))
    : text;

function character(name: string): string {
  const code = name.startsWith("#x")
    ? parseInt(name.slice(2), 16)
    : name.startsWith("#")
      ? Number(name.slice(1))
      : undefined;
  if (code === undefined) {
    const known = NAMED[name];
    if (known === undefined) throw new BadWorkbook(`a part of the workbook names &${name};`);
    return known;
  }
  return code <= 0x10ffff ? String.fromCodePoint(code) : "\uFFFD";
}
