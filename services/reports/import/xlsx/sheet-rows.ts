import { plain, type Workbook } from "./workbook";
import { attribute, type XmlEvent } from "./xml-events";
import { BadWorkbook } from "./zip-file";

const MAX_COLUMNS = 200;

export interface SheetRow {
  /** As the spreadsheet shows it, from 1. */
  readonly number: number;
  /** Texts, up to the last that is not empty; one that is at fault is. */
  readonly cells: readonly string[];
  /** Why the row cannot be used. */
  readonly fault: string | undefined;
}

interface Cell {
  readonly column: number;
  /** `C7` */
  readonly place: string;
  readonly type: string;
  readonly style: number;
  text: string;
  hasFormula: boolean;
}

/** Puts a sheet's XML together to rows, one at a time. */
export class SheetRows {
  readonly #workbook: Pick<Workbook, "strings" | "dateStyles">;
  #number = 0;
  #cells: string[] = [];
  #fault: string | undefined;
  #cell: Cell | undefined;
  #inValue = false;

  constructor(workbook: Pick<Workbook, "strings" | "dateStyles">) {
    this.#workbook = workbook;
  }

  /** Takes the next event; the row when it is complete. */
  take(event: XmlEvent): SheetRow | undefined {
    switch (event.kind) {
      case "text":
        if (this.#inValue && this.#cell) this.#cell.text += event.text;
        return undefined;
      case "open":
        this.#open(event.name, event.attributes);
        return undefined;
      case "close":
        return this.#close(event.name);
      default:
        return event satisfies never;
    }
  }

  #open(name: string, attributes: string): void {
    if (name === "row") {
      this.#number = Number(attribute(attributes, "r") ?? this.#number + 1);
      if (!Number.isSafeInteger(this.#number)) throw new BadWorkbook("a row has no number");
      this.#cells = [];
      this.#fault = undefined;
    } else if (name === "c") this.#cell = this.#begin(attributes);
    else if (name === "v" || name === "t") this.#inValue = true;
    else if (name === "f" && this.#cell) this.#cell.hasFormula = true;
  }

  #close(name: string): SheetRow | undefined {
    if (name === "v" || name === "t") this.#inValue = false;
    else if (name === "c") this.#put();
    else if (name === "row") {
      const cells = this.#cells;
      while (cells.at(-1) === "") cells.pop();
      return { number: this.#number, cells, fault: this.#fault };
    }
    return undefined;
  }

  #begin(attributes: string): Cell {
    const place = attribute(attributes, "r") ?? `${lettersOf(this.#cells.length)}${this.#number}`;
    return {
      column: columnOf(place),
      place,
      type: attribute(attributes, "t") ?? "n",
      style: Number(attribute(attributes, "s") ?? -1),
      text: "",
      hasFormula: false,
    };
  }

  #put(): void {
    const cell = this.#cell;
    this.#cell = undefined;
    if (!cell) return;
    const read = this.#read(cell);
    if ("fault" in read) {
      this.#fault ??= `cell ${cell.place} ${read.fault}`;
    } else if (cell.column >= MAX_COLUMNS) {
      if (read.text !== "") this.#fault ??= `has more than ${MAX_COLUMNS} columns`;
    } else {
      while (this.#cells.length < cell.column) this.#cells.push("");
      this.#cells[cell.column] = read.text;
    }
  }

  #read({ type, text, style, hasFormula }: Cell): { text: string } | { fault: string } {
    if (hasFormula) return { fault: "holds a formula; write its value" };
    switch (type) {
      case "s":
        return { text: this.#workbook.strings[Number(text)] ?? "" };
      case "inlineStr":
      case "str":
        return { text: plain(text) };
      case "b":
        return { text: text === "1" ? "TRUE" : "FALSE" };
      case "e":
        return { fault: `holds the error ${text.slice(0, 20)}` };
      case "d":
        return { fault: "holds a date; format it as text" };
      default:
        if (text === "") return { text };
        if (this.#workbook.dateStyles.has(style)) {
          return { fault: "holds a date; format it as text" };
        }
        return { text: decimal(text) };
    }
  }
}

/** A sheet keeps 17 digits of a number and shows 15: 19.989999999999998 was typed as 19.99. */
function decimal(text: string): string {
  const value = Number(text);
  return Number.isFinite(value) ? String(Number(value.toPrecision(15))) : text;
}

/** `A1` → 0, `AA7` → 26. */
function columnOf(place: string): number {
  const letters = /^[A-Z]{1,3}(?=\d+$)/.exec(place)?.[0];
  if (letters === undefined) throw new BadWorkbook(`there is no cell ${place.slice(0, 20)}`);
  return [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;
}

/** The inverse, for sheets that leave the places of their cells out. */
function lettersOf(column: number): string {
  const letter = String.fromCharCode(65 + (column % 26));
  return column < 26 ? letter : lettersOf(Math.floor(column / 26) - 1) + letter;
}
