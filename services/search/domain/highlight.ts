import { escapeHtml } from "../../../lib/escape-html";
import { compoundsIn, stemOf, type Compound } from "./words";

/** About as much of a description as fits on a card. */
const SNIPPET = 160;
/** What is shown of the text before the first match. */
const LEAD = 60;

/**
 * The name with the words marked that made it a result, or, when none of them is in the name, the
 * place in the description. HTML: `<mark>` is the only markup, the rest is escaped. Undefined when
 * the match is in neither.
 */
export function highlight(
  { name, description }: { readonly name: string; readonly description: string },
  stems: ReadonlySet<string>,
): string | undefined {
  if (stems.size === 0) return undefined;
  const inName = matchesIn(name, stems);
  if (inName.length > 0) return marked(name, inName, { start: 0, end: name.length });
  const inDescription = matchesIn(description, stems);
  const [first] = inDescription;
  return first && marked(description, inDescription, windowAround(description, first));
}

const matchesIn = (text: string, stems: ReadonlySet<string>): Compound[] =>
  compoundsIn(text).filter(({ parts, joined }) =>
    [...parts, joined ?? ""].some((word) => stems.has(stemOf(word))),
  );

interface Span {
  readonly start: number;
  readonly end: number;
}

/** Begins and ends between words, unless a word is longer than the whole window. */
function windowAround(text: string, match: Span): Span {
  const earliest = Math.max(0, match.start - LEAD);
  const space = text.indexOf(" ", earliest);
  const start = earliest === 0 ? 0 : space !== -1 && space < match.start ? space + 1 : match.start;
  const latest = start + SNIPPET;
  if (latest >= text.length) return { start, end: text.length };
  return { start, end: Math.max(text.lastIndexOf(" ", latest), match.end) };
}

function marked(text: string, matches: readonly Span[], { start, end }: Span): string {
  let html = start > 0 ? "… " : "";
  let at = start;
  for (const match of matches.filter((span) => span.start >= start && span.end <= end)) {
    html += escapeHtml(text.slice(at, match.start));
    html += `<mark>${escapeHtml(text.slice(match.start, match.end))}</mark>`;
    at = match.end;
  }
  return html + escapeHtml(text.slice(at, end)) + (end < text.length ? " …" : "");
}
