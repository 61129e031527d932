import { expect, test } from "vitest";
import { contracts } from "../../contracts";
import type { EventEnvelope } from "../../lib/messaging/event";
import { eventFaults } from "../../lib/messaging/validate";
import { envelope } from "../support/events";

const faultOf = eventFaults(contracts);
const stranger = (version: number): EventEnvelope => ({
  ...envelope("shipment.delivered", {} as never),
  version,
});

test("what no node of this mesh has sealed is told as such, not as a payload of other fields", () => {
  expect(faultOf(stranger(0))).toBe("no event that was sealed with the key of this mesh");
});

test("a payload that does not fit is told by its fields, and a newer version by its number", () => {
  expect(faultOf(stranger(1))).toMatch(/^bad payload: \/orderId /);
  expect(faultOf(stranger(99))).toMatch(/is newer than ours/);
});
