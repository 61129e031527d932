import { expect, it } from "vitest";
import { RecentlyUsed } from "../../lib/recently-used";

it("keeps those that were used last, be it read or written", () => {
  const map = new RecentlyUsed<string, number>(2);
  map.set("a", 1);
  map.set("b", 2);
  expect([map.get("a"), map.get("a")]).toEqual([1, 1]);
  map.set("c", 3);
  expect([map.get("b"), map.get("a"), map.get("c")]).toEqual([undefined, 1, 3]);
  map.set("c", 4);
  map.set("d", 5);
  expect([map.get("a"), map.get("c"), map.get("d")]).toEqual([undefined, 4, 5]);
});

it("forgets what is deleted, and takes it anew", () => {
  const map = new RecentlyUsed<string, number>(2);
  map.set("a", 1);
  map.delete("a");
  expect(map.get("a")).toBeUndefined();
  map.set("b", 2);
  map.set("a", 3);
  map.set("c", 4);
  expect([map.get("b"), map.get("a"), map.get("c")]).toEqual([undefined, 3, 4]);
});
