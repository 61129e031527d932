const URL_LOGIN = /(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@]*@/gi;
const EMAIL = /[^\s@"'<>()[\],:;=/]{1,64}@[a-z0-9-]+(?:\.[a-z0-9-]+)+/gi;
const TOKEN = /\beyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?/g;
const BEARER = /\b(Bearer|Basic)\s+[\w.~+/=-]+/gi;
/** An id is matched first, so that digits within it are not taken for a card. */
const ID_OR_DIGITS =
  /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?<![\w-])\d(?:[ _-]?\d){12,18}(?![\w-])/gi;

/**
 * Takes out of a text what looks like somebody's: addresses, tokens, logins in URLs, card numbers. A
 * net below the rule that such things are not logged, for the words of errors that are not ours.
 */
export function scrub(text: string): string {
  let clean = text;
  if (clean.includes("@")) clean = clean.replace(URL_LOGIN, "$1[login]@").replace(EMAIL, "[email]");
  if (clean.includes("eyJ")) clean = clean.replace(TOKEN, "[token]");
  if (/bearer|basic/i.test(clean)) clean = clean.replace(BEARER, "$1 [token]");
  if (/\d{4}/.test(clean)) clean = clean.replace(ID_OR_DIGITS, maskCard);
  return clean;
}

function maskCard(match: string): string {
  if (/[a-f]/i.test(match)) return match;
  return isCardNumber(match.replace(/\D/g, "")) ? "[card]" : match;
}

/** Luhn's check digit, which random digits pass one time in ten. */
function isCardNumber(digits: string): boolean {
  if (digits.length < 13 || digits.length > 19) return false;
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]);
    const doubled = i % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}
