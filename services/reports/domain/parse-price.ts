import { Value } from "@sinclair/typebox/value";
import { Price } from "../../../contracts/common";
import type { Parsed } from "./imported-product";
import { quoted } from "./plain-text";

/**
 * Decimal text ("42.99", "50") as integer minor units, digit by digit and without floating point.
 * Anything that could be read in two ways is a fault: "1,299" and "1.299" are a thousand to some
 * and one to others. `digits` are the decimals of the currency: JPY 0, EUR 2, KWD 3.
 */
export function parsePrice(text: string, digits: number): Parsed<number> {
  const trimmed = text.trim();
  if (trimmed === "") return { fault: "is missing" };
  const match = /^(\d+)(?:\.(\d+))?$/.exec(trimmed);
  if (match === null) return { fault: `${quoted(text)} ${reasonNotDecimal(trimmed)}` };
  const [, whole = "", decimals = ""] = match;
  if (decimals.length > digits) {
    return { fault: `${quoted(text)} has more decimals than the currency, which has ${digits}` };
  }
  const amount = Number(whole + decimals.padEnd(digits, "0"));
  return Value.Check(Price.properties.amount, amount)
    ? { value: amount }
    : { fault: `${quoted(text)} is too large` };
}

function reasonNotDecimal(text: string): string {
  if (text.startsWith("-")) return "is negative";
  if (/^[\d.,' ]+$/.test(text)) {
    return "is ambiguous; write a point before the decimals and no other separator";
  }
  return "is not a decimal number such as 42.99";
}
