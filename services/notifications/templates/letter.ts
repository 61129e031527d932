import type { WrittenLocale } from "../../../contracts/notifications";

export type Locale = WrittenLocale;

/** What a template says; the layout makes a text and an HTML page of it. */
export interface Letter {
  readonly subject: string;
  readonly paragraphs: readonly string[];
  /** What the page says in place of the paragraphs; trusted, since only an admin writes it. */
  readonly html?: string | undefined;
  /** A small table below them: what, and how much. */
  readonly rows?: readonly Row[];
  /** The same as a text message, for those who gave a phone number. */
  readonly sms?: string;
}

export interface Row {
  readonly label: string;
  readonly value: string;
}

/** The same letter in each language, from what it has to know of the event. */
export type Template<Facts> = Readonly<Record<Locale, (facts: Facts) => Letter>>;

/** The language for a user's BCP 47 locale; English for those that nobody here writes. */
export const localeOf = (locale: string): Locale => (/^de(-|$)/i.test(locale) ? "de" : "en");
