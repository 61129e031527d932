import { describe, expect, it } from "vitest";
import { hasCode } from "../../lib/errors";
import { COMMON_PASSWORDS } from "../../services/users/domain/common-passwords";
import { normalizePassword, screenPassword } from "../../services/users/domain/screen-password";

const EMAIL = "grace.hopper@navy.example";

/** The code that a password is refused with, or null. */
function refusal(password: string, email = EMAIL): string | null {
  try {
    screenPassword(password, email);
    return null;
  } catch (error) {
    for (const code of ["PASSWORD_TOO_COMMON", "VALIDATION_FAILED"]) {
      if (hasCode(error, code)) return code;
    }
    throw error;
  }
}

describe("screening a new password", () => {
  it.each([
    "password",
    "PASSWORD1",
    "12345678",
    "QwertyUiop",
    "iloveyou",
    "Passw0rd!",
    "letmein123",
  ])("refuses the common %s, in upper and lower case", (password) =>
    expect(refusal(password)).toBe("PASSWORD_TOO_COMMON"),
  );

  it.each([EMAIL, EMAIL.toUpperCase(), "Grace.Hopper"])(
    "refuses %s of the email itself",
    (password) => expect(refusal(password)).toBe("PASSWORD_TOO_COMMON"),
  );

  it("refuses a common one in full-width letters, which are the same keys", () => {
    expect(refusal("ｐａｓｓｗｏｒｄ")).toBe("PASSWORD_TOO_COMMON");
  });

  it("names the field that it refuses", () => {
    const errors = [{ path: "/password", message: "is too easily guessed" }];
    expect(() => screenPassword("password", EMAIL)).toThrow(
      expect.objectContaining({ data: { errors } }),
    );
  });

  it("counts characters, not the units they are stored in", () => {
    expect(refusal("🐘🦒🦓🐘")).toBe("VALIDATION_FAILED");
    expect(refusal("🐘🦒🦓🐘🦁🐯🐻🐨")).toBeNull();
  });

  it.each(["correct horse battery staple", "t7#qLp0!vz", "nanoseconds-of-wire"])(
    "takes %s, without rules about digits and signs",
    (password) => expect(refusal(password)).toBeNull(),
  );

  it("gives one spelling to letters that look the same", () => {
    expect(normalizePassword("caf\u0065\u0301")).toBe(normalizePassword("caf\u00e9"));
  });
});

describe("the list of common passwords", () => {
  it("has more than a thousand", () => expect(COMMON_PASSWORDS.size).toBeGreaterThan(1_000));

  it("has none that the comparison could never meet", () => {
    for (const entry of COMMON_PASSWORDS) {
      expect(entry).toBe(normalizePassword(entry).toLowerCase());
      expect([...entry].length).toBeGreaterThanOrEqual(8);
    }
  });
});
