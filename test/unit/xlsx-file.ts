import { deflateRawSync } from "node:zlib";

export interface Part {
  readonly name: string;
  readonly content: string | Buffer;
  /** What the directory shall say of its size, where it shall lie. */
  readonly declared?: number;
}

/** A ZIP file of these parts, deflated. */
export function zip(parts: readonly Part[]): Buffer {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const { name, content, declared } of parts) {
    const bytes = Buffer.from(content);
    const packed = deflateRawSync(bytes);
    const title = Buffer.from(name);
    const sizes = Buffer.alloc(12);
    sizes.writeUInt32LE(packed.length, 4);
    sizes.writeUInt32LE(declared ?? bytes.length, 8);
    const head = Buffer.alloc(30);
    head.writeUInt32LE(0x04034b50, 0);
    head.writeUInt16LE(8, 8);
    sizes.copy(head, 14);
    head.writeUInt16LE(title.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(8, 10);
    sizes.copy(entry, 16);
    entry.writeUInt16LE(title.length, 28);
    entry.writeUInt32LE(offset, 42);
    locals.push(head, title, packed);
    central.push(entry, title);
    offset += head.length + title.length + packed.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(parts.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, directory, end]);
}

const REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/** A workbook whose only sheet has this XML between `<sheetData>` tags. */
export const workbook = (rows: string, more: readonly Part[] = []): Buffer =>
  zip([
    {
      name: "xl/workbook.xml",
      content: `<?xml version="1.0"?><workbook xmlns:r="${REL}"><sheets><sheet name="A" sheetId="1" r:id="rId7"/></sheets></workbook>`,
    },
    {
      name: "xl/_rels/workbook.xml.rels",
      content: `<Relationships><Relationship Id="rId7" Target="worksheets/one.xml"/></Relationships>`,
    },
    {
      name: "xl/worksheets/one.xml",
      content: `<x:worksheet><x:sheetData>${rows}</x:sheetData></x:worksheet>`,
    },
    ...more,
  ]);

/** A row of texts; a cell that begins with `<` is taken as the XML that it is. */
export const row = (n: number, ...cells: string[]): string =>
  `<x:row r="${n}">${cells
    .map((cell, i) =>
      cell.startsWith("<")
        ? cell
        : `<x:c r="${String.fromCharCode(65 + i)}${n}" t="inlineStr"><x:is><x:t>${cell}</x:t></x:is></x:c>`,
    )
    .join("")}</x:row>`;
