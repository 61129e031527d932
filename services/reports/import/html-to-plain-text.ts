import { compile } from "html-to-text";

const SKIPPED =
  "title script style noscript template iframe object svg img hr button select textarea";
const HEADINGS = ["h1", "h2", "h3", "h4", "h5", "h6"];

/** Deeper nesting is no prose, and the converter recurses. */
const MAX_DEPTH = 100;

const convert = compile({
  wordwrap: false,
  limits: { maxDepth: MAX_DEPTH },
  selectors: [
    ...SKIPPED.split(" ").map((selector) => ({ selector, format: "skip" })),
    ...HEADINGS.map((selector) => ({ selector, options: { uppercase: false } })),
    { selector: "a", options: { ignoreHref: true } },
    { selector: "ul", options: { itemPrefix: "- " } },
    { selector: "table", format: "block" },
    { selector: "tr", format: "block", options: { leadingLineBreaks: 1, trailingLineBreaks: 1 } },
    ...["th", "td"].map((selector) => ({
      selector,
      format: "inlineSurround",
      options: { suffix: " " },
    })),
  ],
});

const WHOLE_TAG = /<[/!]?[a-z][^<>]*>/i;
const OPENS_A_TAG = /<(?=[a-z/!?])/gi;

/**
 * A merchant's HTML as plain text: paragraphs and list items on lines of their own, at most one
 * blank line, no markup left. A body without any markup keeps its line breaks. One that was escaped
 * twice (`&lt;p&gt;`) is converted twice; what could open a tag even then loses its bracket, so that
 * a page that forgets to escape shows text.
 */
export function htmlToPlainText(html: string): string {
  const once = convert(WHOLE_TAG.test(html) ? html : html.replace(/\r?\n/g, "<br>"));
  const text = WHOLE_TAG.test(once) ? convert(once) : once;
  return collapse(text.replace(OPENS_A_TAG, "‹"));
}

const collapse = (text: string): string =>
  text
    .replace(/(?!\s)\p{Cc}/gu, "")
    .replace(/[^\S\n]+/g, " ")
    .replace(/ ?\n ?/g, "\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
