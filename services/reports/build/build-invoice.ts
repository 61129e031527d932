import PDFDocument from "pdfkit";
import type { PostalAddress } from "../../../contracts/common";
import type { OrderRecord } from "../../../contracts/orders";
import { formatMoney, type Money } from "../../../lib/money/money";
import { fonts } from "./fonts";
import { isAllPrintable, printable } from "./printable";
import { inVisualOrder } from "./right-to-left";

const MARGIN = 50;
const WIDTH = 495;
const ROW_GAP = 6;
const FOOTER = 40;
const GREY = "#666666";
/** Left edge and width of each column, in points; the page is A4 (595 × 842). */
const COLUMNS = [
  { title: "Item", x: 50, width: 215, align: "left" },
  { title: "SKU", x: 270, width: 85, align: "left" },
  { title: "Qty", x: 360, width: 30, align: "right" },
  { title: "Price", x: 395, width: 70, align: "right" },
  { title: "Amount", x: 470, width: 75, align: "right" },
] as const;

/** The invoice of an order as PDF. Long names wrap, many lines go on on the next page. */
export function buildInvoice(order: OrderRecord): Promise<Buffer> {
  const title = `Invoice ${order.number}`;
  const pdf = new PDFDocument({
    size: "A4",
    margin: MARGIN,
    bufferPages: true,
    info: { Title: title },
  });
  // Its typings know files and their bytes only; a font that is parsed already serves as well.
  for (const [name, font] of Object.entries(fonts)) pdf.registerFont(name, font as never);
  const pieces: Buffer[] = [];
  const done = new Promise<Buffer>((resolve, reject) => {
    pdf.on("data", (piece: Buffer) => pieces.push(piece));
    pdf.on("end", () => resolve(Buffer.concat(pieces))).on("error", reject);
  });
  writeHead(pdf, order, title);
  writeColumns(pdf);
  for (const { name, sku, quantity, unitPrice, lineTotal } of order.items) {
    const amounts = [String(quantity), amountOf(unitPrice), amountOf(lineTotal)];
    writeRow(pdf, [name, sku, ...amounts]);
  }
  writeTotals(pdf, order);
  numberPages(pdf, title);
  pdf.end();
  return done;
}

/** With the currency's code where the fonts lack its sign: an amount of nobody knows what is none. */
function amountOf(amount: Money): string {
  const text = formatMoney(amount);
  return isAllPrintable(text) ? text : formatMoney(amount, "en", "code");
}

type Pdf = InstanceType<typeof PDFDocument>;

function writeHead(pdf: Pdf, order: OrderRecord, title: string): void {
  pdf.font("bold").fontSize(20).text(title);
  pdf.font("regular").fontSize(10).fillColor(GREY);
  pdf.text(`Date of order: ${order.createdAt.slice(0, 10)}`);
  pdf.text(`Order: ${order.id}`).moveDown().fillColor("black");
  for (const line of addressLines(order.shippingAddress)) pdf.text(textOf(pdf, line, WIDTH));
  pdf.moveDown(2);
}

/** What pdfkit is to print, where there is so much room for a line. */
const textOf = (pdf: Pdf, text: string, width: number): string =>
  inVisualOrder(printable(text), (line) => pdf.widthOfString(`${line} `) <= width);

const addressLines = (address: PostalAddress): string[] =>
  [
    address.name,
    address.line1,
    address.line2 ?? "",
    `${address.postalCode} ${address.city}`,
    address.region ?? "",
    address.country,
  ].filter((line) => line !== "");

function writeColumns(pdf: Pdf): void {
  pdf.font("bold").fontSize(9);
  writeCells(
    pdf,
    COLUMNS.map(({ title }) => title),
  );
  const { y } = pdf;
  pdf
    .moveTo(MARGIN, y - 2)
    .lineTo(545, y - 2)
    .strokeColor(GREY)
    .stroke();
  pdf.y = y + ROW_GAP;
  pdf.font("regular");
}

/** A row stays whole: one that does not fit begins the next page, under the columns' names. */
function writeRow(pdf: Pdf, cells: readonly string[]): void {
  const texts = COLUMNS.map(({ width }, index) => textOf(pdf, cells[index] ?? "", width));
  const height = heightOf(pdf, texts);
  if (pdf.y + height > pdf.page.height - MARGIN - FOOTER) {
    pdf.addPage();
    writeColumns(pdf);
  }
  writeCells(pdf, texts);
}

const heightOf = (pdf: Pdf, cells: readonly string[]): number =>
  Math.max(...COLUMNS.map(({ width }, index) => pdf.heightOfString(cells[index] ?? "", { width })));

function writeCells(pdf: Pdf, cells: readonly string[]): void {
  const top = pdf.y;
  const height = heightOf(pdf, cells);
  for (const [index, { x, width, align }] of COLUMNS.entries()) {
    pdf.text(cells[index] ?? "", x, top, { width, align });
  }
  pdf.x = MARGIN;
  pdf.y = top + height + ROW_GAP;
}

function writeTotals(pdf: Pdf, order: OrderRecord): void {
  const { subtotal, discount, shipping, tax, total } = order;
  const sums = [
    ["Subtotal", amountOf(subtotal)],
    ...(discount.amount > 0 ? [["Discount", `-${amountOf(discount)}`]] : []),
    ["Shipping", amountOf(shipping)],
    ["Tax", amountOf(tax)],
  ];
  for (const [label = "", amount = ""] of sums) writeRow(pdf, ["", "", "", label, amount]);
  pdf.font("bold");
  writeRow(pdf, ["", "", "", "Total", amountOf(total)]);
}

function numberPages(pdf: Pdf, title: string): void {
  const { start, count } = pdf.bufferedPageRange();
  for (let n = 0; n < count; n++) {
    pdf.switchToPage(start + n);
    // Below the margin, where text would otherwise begin a page of its own.
    pdf.page.margins.bottom = 0;
    const y = pdf.page.height - FOOTER;
    pdf.font("regular").fontSize(8).fillColor(GREY);
    pdf.text(`${title}, page ${n + 1} of ${count}`, MARGIN, y, { width: WIDTH, align: "center" });
  }
}
