import type { Queryable } from "../../../../lib/store/database";
import { parseText } from "../../domain/parse-text";
import { spoken, type FacetKind } from "../../domain/entry";
import { respell } from "../../domain/spelling";
import { compoundsIn, fold, wordsIn } from "../../domain/words";
import { levelOf } from "./read-view";
import { anyOf, resolveText } from "./resolve-text";
import { foundInSample, Statement } from "./statement";
import { LIVE } from "./tables";
import { toTextQuery } from "./text-query";
import { completionsOf } from "./vocabulary";

/** So many matches can be sorted while somebody is typing. */
const WORTH_SORTING = 2_000;
const WORDS = 4;
const FACETS = 3;
const NAMES = 20;

/** Words that go on with the last one, brands and categories that begin so, and names that fit. */
export async function suggestTexts(db: Queryable, text: string, limit: number): Promise<string[]> {
  const parsed = parseText(text);
  if (parsed.required.length === 0) return [];
  const { terms, guesses } = await resolveText(db, parsed, { worthCounting: WORTH_SORTING });
  const isFound = terms.every((term) => anyOf(term).length > 0);
  const query = isFound ? toTextQuery(terms, parsed).title : null;
  const atMost = Math.min(...terms.map(({ products }) => products));
  const names = query === null ? [] : await namesLike(db, query, atMost);
  const respelt = respell(text, guesses);
  return distinct([
    ...(await completions(db, text, names)),
    ...(respelt === null ? [] : [respelt]),
    ...(await facetsLike(db, text)),
    ...names.filter(has(lastWordOf(text))),
    ...names,
  ]).slice(0, limit);
}

const lastWordOf = (text: string): string => wordsIn(text).at(-1) ?? "";

/** Names that say what was typed come before those of its brand or category. */
const has =
  (beginning: string) =>
  (name: string): boolean =>
    wordsIn(name).some((word) => word.startsWith(beginning));

/** Each but once, whatever its case and accents. */
const distinct = (texts: readonly string[]): string[] => {
  const byForm = new Map<string, string>();
  for (const text of texts) if (!byForm.has(fold(text))) byForm.set(fold(text), text);
  return [...byForm.values()];
};

/** What the last word may become: any word after nothing, after others one that goes with them. */
async function completions(
  db: Queryable,
  text: string,
  names: readonly string[],
): Promise<string[]> {
  const last = compoundsIn(text).at(-1);
  if (!last || last.end < text.trimEnd().length) return [];
  const before = fold(text.slice(0, last.start)).trimStart();
  const beginning = last.joined ?? last.parts.at(-1) ?? "";
  if (before === "") return completionsOf(db, beginning, WORDS);
  const fitting = names.flatMap(wordsIn).filter((word) => word.startsWith(beginning));
  return mostFrequent(fitting)
    .slice(0, WORDS)
    .map((word) => before + word);
}

function mostFrequent(words: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a).map(([word]) => word);
}

async function facetsLike(db: Queryable, text: string): Promise<string[]> {
  const beginning = fold(text).trim();
  const rows = await db.query<{ kind: FacetKind; value: string }>(
    `SELECT f.kind, f.value FROM facet f JOIN ${LIVE}.facet_count c ON c.facet_id = f.id
     WHERE f.kind IN ('category', 'brand') AND f.spoken >= $1 AND f.spoken < $2 AND c.products > 0
     ORDER BY c.products DESC, f.value LIMIT $3`,
    [beginning, `${beginning}\u{10ffff}`, FACETS],
  );
  return rows.map(({ kind, value }) => (kind === "category" ? spoken(value) : value));
}

/** Short names first: they are nearest to what was typed. */
async function namesLike(db: Queryable, query: string, atMost: number): Promise<string[]> {
  const s = new Statement();
  const rows = await db.query<{ name: string }>(
    `SELECT p.card->>'name' AS name FROM (
       SELECT id, name_length, created FROM ${LIVE}.doc
       WHERE ${foundInSample(s, [`(${query})`], levelOf(atMost, WORTH_SORTING))}
       ORDER BY name_length, created DESC, id LIMIT ${NAMES}) d
     JOIN ${LIVE}.product p USING (id) WHERE p.active ORDER BY d.name_length, d.created DESC, d.id`,
    s.values,
  );
  return rows.map(({ name }) => name);
}
