import writeXlsxFile from "write-excel-file/node";
import { describe, expect, it } from "vitest";
import { chunks, readAll } from "./shopify-file";
import { row, workbook, zip } from "./xlsx-file";

const HEADER = row(1, "product", "name", "sku", "price");
const good = (n: number) => row(n, `p-${n}`, `Thing ${n}`, `SKU-${n}`, "9.90");

describe("a workbook", () => {
  it("is read as a spreadsheet program wrote it", async () => {
    const file = await writeXlsxFile([
      ["product", "name", "sku", "price", "quantity"].map((value) => ({ value })),
      ["lamp", "Lamp & <Shade>", "L-1", 19.99, 3].map((value) => ({ value })),
    ]).toBuffer();
    const { products, errors } = await readAll(file);
    expect(errors).toEqual([]);
    expect(products).toMatchObject([
      {
        ...{ handle: "lamp", name: "Lamp & <Shade>" },
        variants: [{ sku: "L-1", price: { amount: 1999, currency: "EUR" }, quantity: 3 }],
      },
    ]);
  });

  it("gives the same however its bytes are cut, its rows by their numbers", async () => {
    const file = workbook(HEADER + good(2) + row(5, "bad", "Bad", "B-1", "cheap") + good(7));
    const whole = await readAll(file);
    expect(whole.products.map((product) => product.row)).toEqual([2, 7]);
    expect(whole.errors[0]).toContain("5: price");
    expect(await readAll(chunks(file, 7))).toEqual(whole);
  });

  it.each([
    ['<x:c r="D3"><x:f>1+1</x:f><x:v>2</x:v></x:c>', "3: cell D3 holds a formula"],
    ['<x:c r="D3" t="str"><x:f>A1</x:f><x:v>9.90</x:v></x:c>', "3: cell D3 holds a formula"],
    ['<x:c r="D3" t="e"><x:v>#REF!</x:v></x:c>', "3: cell D3 holds the error #REF!"],
    ['<x:c r="D3" t="d"><x:v>2026-01-01</x:v></x:c>', "3: cell D3 holds a date"],
    ['<x:c r="D3" t="b"><x:v>1</x:v></x:c>', '3: price "TRUE" is not'],
    ['<x:c r="D3"><x:v>1e300</x:v></x:c>', '3: price "1e+300" is not'],
  ])("refuses the row for a cell %s and goes on", async (cell, message) => {
    const bad = row(3, "p-3", "Three", "SKU-3", cell);
    const { products, errors } = await readAll(workbook(HEADER + good(2) + bad + good(4)));
    expect(products.map(({ handle }) => handle)).toEqual(["p-2", "p-4"]);
    expect(errors[0]).toContain(message);
  });

  it("knows which product a row with a formula is of", async () => {
    const formula = '<x:c r="D3"><x:f>1+1</x:f><x:v>2</x:v></x:c>';
    const more = row(3, "p-2", "", "SKU-3", formula);
    const { products } = await readAll(workbook(HEADER + good(2) + more + good(4)));
    expect(products.map(({ keep }) => keep)).toEqual(["parts", undefined]);
  });

  it("takes a number that is shown as a date for a date", async () => {
    const styles = {
      name: "xl/styles.xml",
      content: `<styleSheet><numFmts><numFmt numFmtId="170" formatCode="dd.mm.yyyy"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="170"/></cellXfs></styleSheet>`,
    };
    const dated = row(2, "p", "P", "S", '<x:c r="D2" s="1"><x:v>45000</x:v></x:c>');
    const { errors } = await readAll(workbook(HEADER + dated, [styles]));
    expect(errors).toEqual(["2: cell D2 holds a date; format it as text"]);
  });

  it.each([
    ["_-* #,##0.00\\ _D_M_-", []],
    ["#,##0.00\\ &quot;days&quot;", []],
    ["[$-407]d. mmmm", ["2: cell D2 holds a date; format it as text"]],
    ["[h]:mm", ["2: cell D2 holds a date; format it as text"]],
  ])("takes a number in the format %s for what it is", async (format, expected) => {
    const content = `<styleSheet><numFmts><numFmt numFmtId="170" formatCode="${format}"/></numFmts><cellXfs><xf numFmtId="170"/></cellXfs></styleSheet>`;
    const priced = row(2, "p", "P", "S", '<x:c r="D2" s="0"><x:v>4.5</x:v></x:c>');
    const { errors } = await readAll(
      workbook(HEADER + priced, [{ name: "xl/styles.xml", content }]),
    );
    expect(errors).toEqual(expected);
  });

  it.each([
    ["a row beyond all columns", HEADER + good(2) + row(3, '<x:c r="ZZZ3"><x:v>1</x:v></x:c>')],
    ["a document type", `<!DOCTYPE x [<!ENTITY a "aaaa">]>${HEADER}${good(2)}`],
    ["an entity of its own", HEADER + row(2, "&bomb;", "A", "S", "1")],
    ["no end", `${HEADER}${good(2)}<x:row r="3"`],
    ["a cell without end", `${HEADER}<x:row r="2"><x:c t="str"><x:v>${"a".repeat(3 * 2 ** 20)}`],
    ["rows that go back", HEADER + good(3) + good(2)],
  ])("with %s ends with an error, and never throws", async (_, rows) => {
    const { errors, products } = await readAll(workbook(rows));
    expect(errors.at(-1)).toMatch(/cannot be read|columns/);
    expect(products.length).toBeLessThan(2);
  });

  it("that is a bomb is refused, by what it declares or by what it unpacks to", async () => {
    const content = Buffer.alloc(64 * 2 ** 20, " ");
    const name = "xl/sharedStrings.xml";
    const declared = await readAll(workbook(HEADER, [{ name, content }]));
    expect(declared.errors.join()).toContain("far more than a workbook should");
    const lying = await readAll(workbook(HEADER, [{ name, content, declared: 1_000 }]));
    expect(lying.errors.join()).toMatch(/larger than the archive says|far more than/);
  });

  it("that is cut off, encrypted or no workbook is refused", async () => {
    const file = workbook(HEADER + good(2));
    const cut = await readAll(file.subarray(0, file.length - 30));
    expect(cut.errors.join()).toContain("cut off or damaged");
    const encrypted = Buffer.from(file);
    encrypted.writeUInt16LE(1, encrypted.indexOf("PK\u0001\u0002", "latin1") + 8);
    expect((await readAll(encrypted)).errors.join()).toContain("password");
    const other = await readAll(zip([{ name: "a.txt", content: "hello" }]));
    expect(other.errors.join()).toContain("no workbook");
  });

  it("with noise in any byte ends, one way or another", async () => {
    const file = workbook(HEADER + good(2) + good(3));
    for (let at = 4; at < file.length; at += 3) {
      const noisy = Buffer.from(file);
      noisy[at] = (noisy[at] ?? 0) ^ 0x55;
      await expect(readAll(noisy)).resolves.toBeDefined();
    }
  });
});
