import { compoundsIn, isFiller, type Compound } from "./words";

/** One thing that a result must have. */
export type Term =
  | {
      /** Any of them; more than one after `OR`. */
      readonly kind: "words";
      readonly choices: readonly Compound[];
      /** It may be the beginning of a word that is still being typed. */
      readonly last: boolean;
    }
  /** These words in this order. */
  | { readonly kind: "phrase"; readonly words: readonly string[] };

export interface ParsedText {
  readonly required: readonly Term[];
  /** Phrases that no result has; most are of one word. */
  readonly excluded: readonly (readonly string[])[];
}

/** Nobody means more; what comes after is not looked at. */
const MAX_TERMS = 12;

const TOKEN = /(-?)"([^"]*)"?|(\S+)/g;

type Token =
  | { readonly kind: "or" }
  | { readonly kind: "excluded" | "phrase"; readonly words: readonly string[] }
  | { readonly kind: "words"; readonly compounds: readonly Compound[] };

/**
 * What a shopper typed: words, "a phrase", -without, this OR that. Whatever it is, it means
 * something: a stray quote ends with the text, and a text of nothing but exclusions, or of nothing
 * but small words, is searched for as it stands. No required terms: it has no words at all.
 */
export function parseText(text: string): ParsedText {
  const tokens = [...text.matchAll(TOKEN)].flatMap(toToken);
  const required = toTerms(tokens);
  const excluded = tokens.flatMap((token) => (token.kind === "excluded" ? [token.words] : []));
  if (required.length > 0) return { required, excluded: excluded.slice(0, MAX_TERMS) };
  const plain = excluded.map((words): Term => ({ kind: "phrase", words }));
  return { required: plain.slice(0, MAX_TERMS), excluded: [] };
}

function toToken([found, minus, quoted, plain = ""]: RegExpMatchArray): Token[] {
  if (quoted !== undefined) {
    const words = compoundsIn(quoted).flatMap(({ parts }) => parts);
    if (words.length === 0) return [];
    return [{ kind: minus === "-" ? "excluded" : "phrase", words }];
  }
  if (found === "OR") return [{ kind: "or" }];
  const compounds = compoundsIn(plain);
  if (compounds.length === 0) return [];
  if (!plain.startsWith("-")) return [{ kind: "words", compounds }];
  return [{ kind: "excluded", words: compounds.flatMap(({ parts }) => parts) }];
}

function toTerms(tokens: readonly Token[]): Term[] {
  const groups = groupChoices(tokens);
  const telling = groups.filter((group) => group.kind === "phrase" || !isFillerOnly(group.choices));
  const kept = (telling.length > 0 ? telling : groups).slice(0, MAX_TERMS);
  const end = groups.at(-1);
  return kept.map((group) =>
    group.kind === "words" ? { ...group, last: group === end && isOpen(tokens) } : group,
  );
}

type Group =
  | { readonly kind: "phrase"; readonly words: readonly string[] }
  | { readonly kind: "words"; readonly choices: Compound[] };

/** Words on both sides of an OR are choices of one group. */
function groupChoices(tokens: readonly Token[]): Group[] {
  const groups: Group[] = [];
  let joins = false;
  for (const token of tokens) {
    const before = groups.at(-1);
    if (token.kind === "or") joins = true;
    else if (token.kind === "phrase") groups.push({ kind: "phrase", words: token.words });
    else if (token.kind === "words") {
      const [first, ...others] = token.compounds;
      if (first && joins && before?.kind === "words") before.choices.push(first);
      else if (first) groups.push({ kind: "words", choices: [first] });
      groups.push(...others.map((other): Group => ({ kind: "words", choices: [other] })));
    }
    if (token.kind !== "or") joins = false;
  }
  return groups;
}

/** Whether the text ends in a plain word, which may go on. */
const isOpen = (tokens: readonly Token[]): boolean => tokens.at(-1)?.kind === "words";

const isFillerOnly = (choices: readonly Compound[]): boolean =>
  choices.every(({ parts, joined }) => joined === null && parts.every(isFiller));
