import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { fail } from "../../contracts/errors";
import type { Database } from "../../lib/store/database";
import { delayAfter } from "./domain/login-pace";
import { Gate } from "./gate";
import { addFailure, countFailures, forgetFailures } from "./store/login-failure-store";

/** Attempts for one email that may wait for each other. */
const QUEUE_FOR_EACH_EMAIL = 32;
const MAX_WAIT_MS = 5_000;

/**
 * Slows down guessing, for each email and whether it has an account or not. Attempts for one email
 * run one after the other, so that a hundred guesses at once count like a hundred in a row, and as
 * many right passwords at once all pass.
 */
export class LoginThrottle {
  readonly #db: Database;
  readonly #enabled: boolean;
  readonly #gates = new Map<string, { readonly gate: Gate; users: number }>();

  constructor(db: Database, { enabled }: { readonly enabled: boolean }) {
    this.#db = db;
    this.#enabled = enabled;
  }

  /** Runs `check`, which answers null for a failed attempt. Throws RATE_LIMITED. */
  async attempt<T>(email: string, check: () => Promise<T | null>): Promise<T | null> {
    if (!this.#enabled) return check();
    return this.#oneAtATime(email, async () => {
      // The typed text is not kept: people type passwords into the wrong field.
      const key = createHash("sha256").update(email).digest();
      const failures = await this.#wait(key);
      const result = await check();
      if (result === null) await addFailure(this.#db, key);
      else if (failures > 0) await forgetFailures(this.#db, key);
      return result;
    });
  }

  async #wait(key: Buffer): Promise<number> {
    const { failures, seconds } = await countFailures(this.#db, key);
    const delayMs = delayAfter(failures);
    if (delayMs === null) {
      throw fail("RATE_LIMITED", "too many wrong passwords", { retryAfter: Math.max(1, seconds) });
    }
    if (delayMs > 0) await sleep(delayMs);
    return failures;
  }

  async #oneAtATime<T>(email: string, work: () => Promise<T>): Promise<T> {
    const entry = this.#gates.get(email) ?? { gate: gateOfEmail(), users: 0 };
    this.#gates.set(email, entry);
    entry.users++;
    try {
      return await entry.gate.run(work);
    } finally {
      if (--entry.users === 0) this.#gates.delete(email);
    }
  }
}

const gateOfEmail = (): Gate =>
  new Gate({
    limit: 1,
    queueLimit: QUEUE_FOR_EACH_EMAIL,
    maxWaitMs: MAX_WAIT_MS,
    refuse: () => fail("RATE_LIMITED", "too many sign-ins at once", { retryAfter: 2 }),
  });
