import { escapeHtml } from "../../../lib/escape-html";
import type { Letter, Locale, Row } from "./letter";

export interface Reader {
  readonly name: string;
  readonly locale: Locale;
  /** Where to say that one wants no more of this kind. */
  readonly unsubscribeUrl?: string | undefined;
}

const phrases = {
  en: {
    greeting: (name: string) => `Hello ${name},`,
    closing: "Thank you for shopping at Souk.",
    unsubscribe: "No more mails like this one",
  },
  de: {
    greeting: (name: string) => `Hallo ${name},`,
    closing: "Danke für den Einkauf bei Souk.",
    unsubscribe: "Keine solchen E-Mails mehr",
  },
};

/** The letter as plain text. */
export function toText({ paragraphs, rows = [] }: Letter, reader: Reader): string {
  const { greeting, closing, unsubscribe } = phrases[reader.locale];
  const table = rows.map((row) => `${row.label}: ${row.value}`).join("\n");
  const wayOut = reader.unsubscribeUrl && `${unsubscribe}: ${reader.unsubscribeUrl}`;
  const parts = [greeting(reader.name), ...paragraphs, table, closing, wayOut];
  return parts.filter((part) => part).join("\n\n") + "\n";
}

/** The letter as an HTML page that needs no style sheet, script or picture. */
export function toHtml(letter: Letter, { name, locale, unsubscribeUrl }: Reader): string {
  const { greeting, closing, unsubscribe } = phrases[locale];
  const paragraph = (text: string) => `<p>${escapeHtml(text)}</p>`;
  const wayOut = unsubscribeUrl
    ? `<p style="font-size: 13px"><a href="${escapeHtml(unsubscribeUrl)}">${unsubscribe}</a></p>\n`
    : "";
  return `<!doctype html>
<html lang="${locale}">
<head><meta charset="utf-8"><title>${escapeHtml(letter.subject)}</title></head>
<body style="font: 16px/1.5 system-ui, sans-serif; max-width: 36em; margin: 2em auto; padding: 0 1em">
${paragraph(greeting(name))}
${letter.html ?? letter.paragraphs.map(paragraph).join("\n")}
${tableOf(letter.rows ?? [])}
${paragraph(closing)}
${wayOut}</body>
</html>
`;
}

function tableOf(rows: readonly Row[]): string {
  if (rows.length === 0) return "";
  const lines = rows.map(
    ({ label, value }) =>
      `<tr><td style="padding-right: 2em">${escapeHtml(label)}</td>` +
      `<td style="text-align: right">${escapeHtml(value)}</td></tr>`,
  );
  return `<table>\n${lines.join("\n")}\n</table>`;
}
