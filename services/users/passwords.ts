import { randomBytes } from "node:crypto";
import { availableParallelism } from "node:os";
import { hash, verify } from "@node-rs/argon2";
import { fail } from "../../contracts/errors";
import { normalizePassword } from "./domain/screen-password";
import { Gate } from "./gate";

/** OWASP's parameters for argon2id, the library's default algorithm: 19 MiB, two passes, one lane. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** One takes 10 to 50 ms; callers wait for 10 s. */
const QUEUE_FOR_EACH_SLOT = 500;
const MAX_WAIT_MS = 5_000;

/**
 * Hashes passwords and checks them. At least one core stays free for everything else, and a flood of
 * sign-ins is refused (RATE_LIMITED) instead of queueing up past everybody's deadline.
 */
export class Passwords {
  readonly #gate: Gate;
  readonly #decoy: string;

  private constructor(gate: Gate, decoy: string) {
    this.#gate = gate;
    this.#decoy = decoy;
  }

  static async create(cores = availableParallelism()): Promise<Passwords> {
    const limit = Math.max(1, cores - 1);
    const gate = new Gate({
      limit,
      queueLimit: limit * QUEUE_FOR_EACH_SLOT,
      maxWaitMs: MAX_WAIT_MS,
      refuse: () => fail("RATE_LIMITED", "too many sign-ins at the moment", { retryAfter: 2 }),
    });
    return new Passwords(gate, await hash(randomBytes(32), COST));
  }

  hash(password: string): Promise<string> {
    return this.#gate.run(() => hash(bytesOf(password), COST));
  }

  /** Whether `password` made `hashed`. Without a hash the same work is done, and the answer is no. */
  async matches(hashed: string | undefined, password: string): Promise<boolean> {
    const same = await this.#gate.run(() => verify(hashed ?? this.#decoy, bytesOf(password)));
    return same && hashed !== undefined;
  }
}

// Bytes, since the native library would refuse what is not well-formed UTF-16.
const bytesOf = (password: string): Buffer => Buffer.from(normalizePassword(password), "utf8");
