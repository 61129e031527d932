import { messageOf } from "../lib/errors";
import { parseFaults, type Fault } from "../lib/faults/spec";
import type { Reader } from "./reader";

export interface FaultConfig {
  readonly faults: readonly Fault[];
  /** Whether the process that starts this one sends further faults. */
  readonly byMessage: boolean;
  readonly seed: number;
}

/** Without it nobody arms faults by accident. */
const FAULTS_TOKEN = "this shop may be broken on purpose";
const BY_MESSAGE = "by-message";

export function readFaults(read: Reader): FaultConfig | null {
  const [faults, token] = [read.text("FAULTS"), read.text("FAULTS_TOKEN")];
  const seed = read.integer("FAULTS_SEED", 1, { min: 0, max: 2 ** 32 - 1 });
  if (faults === null && token === null) return null;
  if (faults === null || token !== FAULTS_TOKEN) {
    read.faults.push(`FAULTS works together with FAULTS_TOKEN="${FAULTS_TOKEN}" only`);
    return null;
  }
  if (isProductionLike(read)) {
    read.faults.push(
      "FAULTS is for tests, and NODE_ENV, TLS_CERT, PUBLIC_URL or the payment provider say that this is none",
    );
    return null;
  }
  try {
    const byMessage = faults === BY_MESSAGE;
    return { faults: byMessage ? [] : parseFaults(faults), byMessage, seed };
  } catch (error) {
    read.faults.push(`FAULTS: ${messageOf(error)}`);
    return null;
  }
}

const isProductionLike = (read: Reader): boolean =>
  read.text("NODE_ENV") === "production" ||
  read.text("TLS_CERT") !== null ||
  read.text("PAYMENT_PROVIDER") === "stripe" ||
  (read.text("PUBLIC_URL") ?? "").startsWith("https:");
