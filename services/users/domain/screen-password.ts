import { fail, invalidField } from "../../../contracts/errors";
import { COMMON_PASSWORDS } from "./common-passwords";
import { normalizeEmail } from "./email";

const MIN_CHARACTERS = 8;

/** The spelling that is hashed: the same keys give the same password on every keyboard and system. */
export const normalizePassword = (password: string): string => password.normalize("NFKC");

/**
 * Refuses a new password that an attacker tries first: one of the common ones, the email, or its
 * local part. No rules about digits and signs; those only make people write `Password1!`.
 */
export function screenPassword(password: string, email: string): void {
  const characters = normalizePassword(password);
  if ([...characters].length < MIN_CHARACTERS) {
    throw invalidField("/password", `must have at least ${MIN_CHARACTERS} characters`);
  }
  const guess = characters.toLowerCase();
  const address = normalizeEmail(email);
  const localPart = address.slice(0, address.lastIndexOf("@"));
  if (COMMON_PASSWORDS.has(guess) || guess === address || guess === localPart) {
    const errors = [{ path: "/password", message: "is too easily guessed" }];
    throw fail("PASSWORD_TOO_COMMON", undefined, { errors });
  }
}
