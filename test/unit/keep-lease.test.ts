import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { keepLease } from "../../lib/store/keep-lease";
import { eventually } from "../support/eventually";
import { quietLogger } from "../support/quiet-logger";

const LEASE_MS = 50;

function keep(renew: () => Promise<boolean>, leaseMs = LEASE_MS) {
  const lease = keepLease({ name: "a test", leaseMs, renew, logger: quietLogger });
  onTestFinished(() => lease.end());
  return lease;
}

test("a lease is renewed until it is let go of", async () => {
  let renewals = 0;
  const lease = keep(async () => (renewals += 1) > 0, 1_000);
  await eventually(async () => renewals >= 2);
  expect(lease.lost.aborted).toBe(false);
  lease.end();
  const before = renewals;
  await sleep(450);
  expect(renewals).toBe(before);
});

test("it is lost when somebody else has it", async () => {
  const lease = keep(async () => false);
  await eventually(async () => lease.lost.aborted);
});

test("a renewal that fails is tried again, and the lease lost when that went on for too long", async () => {
  let tries = 0;
  const lease = keep(async () => {
    tries += 1;
    throw new Error("no database");
  });
  await eventually(async () => lease.lost.aborted);
  expect(tries).toBeGreaterThan(1);
});
