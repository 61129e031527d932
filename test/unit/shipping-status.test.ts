import { expect, test } from "vitest";
import {
  statusesBefore,
  transitions,
  type ShipmentStatus,
} from "../../services/shipping/domain/shipment-status";

test("a shipment moves forward only, and is cancelled only while it is being prepared", () => {
  expect(transitions).toEqual({
    preparing: ["dispatched", "cancelled"],
    dispatched: ["delivered"],
    delivered: [],
    cancelled: [],
  });
});

test("the statuses before each status are those that lead to it", () => {
  expect(statusesBefore("preparing")).toEqual([]);
  expect(statusesBefore("dispatched")).toEqual(["preparing"]);
  expect(statusesBefore("delivered")).toEqual(["dispatched"]);
  expect(statusesBefore("cancelled")).toEqual(["preparing"]);
});

test("no path visits a status twice, so each has one time in the history", () => {
  const walk = (status: ShipmentStatus, seen: readonly ShipmentStatus[]): void => {
    expect(seen).not.toContain(status);
    for (const next of transitions[status]) walk(next, [...seen, status]);
  };
  walk("preparing", []);
});
