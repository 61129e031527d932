import { inflateSync } from "node:zlib";

/** The texts of each page of a PDF that pdfkit made with embedded fonts, a line each. */
export function pagesOf(pdf: Buffer): string[] {
  const source = pdf.toString("latin1");
  const objects = new Map(
    [...source.matchAll(/(\d+) 0 obj\n([\s\S]*?)\nendobj/g)].map(([, id = "", body = ""]) => [
      id,
      body,
    ]),
  );
  const fonts = new Map(
    [...source.matchAll(/\/(F\d+) (\d+) 0 R/g)].map(([, name = "", id = ""]) => {
      const [, letters = ""] = /\/ToUnicode (\d+) 0 R/.exec(objects.get(id) ?? "") ?? [];
      return [name, lettersOf(streamOf(objects.get(letters) ?? ""))];
    }),
  );
  return [...objects.values()]
    .filter((body) => body.includes("stream\n"))
    .map(streamOf)
    .filter((stream) => stream.includes(" TJ"))
    .map((stream) => linesOf(stream, fonts).join("\n"));
}

function streamOf(body: string): string {
  const [, bytes = ""] = /stream\n([\s\S]*)\nendstream/.exec(body) ?? [];
  return inflateSync(Buffer.from(bytes, "latin1")).toString("latin1");
}

/** What each glyph stands for, by its number. */
const lettersOf = (cmap: string): string[] =>
  [...cmap.matchAll(/\[(.*?)\]/g)].flatMap(([, range = ""]) =>
    [...range.matchAll(/<([0-9a-f ]*)>/g)].map(([, units = ""]) =>
      String.fromCharCode(...units.split(" ").map((unit) => parseInt(unit, 16))),
    ),
  );

const linesOf = (stream: string, fonts: ReadonlyMap<string, readonly string[]>): string[] =>
  [...stream.matchAll(/\/(F\d+) [\d.]+ Tf\n\[(.*?)\] TJ/g)].map(([, font = "", parts = ""]) =>
    [...parts.matchAll(/<([0-9a-f]*)>/g)]
      .flatMap(([, hex = ""]) => hex.match(/.{4}/g) ?? [])
      .map((glyph) => fonts.get(font)?.[parseInt(glyph, 16)] ?? "\ufffd")
      .join(""),
  );
