import { compose, type FactsOf, type TemplateName } from ".";
import { toHtml, toText, type Reader } from "./layout";
import type { Letter } from "./letter";

export interface WrittenMail {
  readonly letter: Letter;
  readonly text: string;
  readonly html: string;
}

/** A mail, complete in both its forms. What is sent and what is previewed are written here alike. */
export function writeMail<T extends TemplateName>(
  template: T,
  facts: FactsOf<T>,
  reader: Reader,
): WrittenMail {
  const letter = compose(template, facts, reader.locale);
  return { letter, text: toText(letter, reader), html: toHtml(letter, reader) };
}
