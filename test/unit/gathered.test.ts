import { expect, it } from "vitest";
import { Gathered } from "../../lib/messaging/gathered";
import type { Queryable } from "../../lib/store/database";

const said: unknown[] = [];
const tx: Queryable = { query: async () => [] };
const letters = async (_tx: Queryable, rows: readonly string[]) => void said.push(rows);
const numbers = async (_tx: Queryable, rows: readonly number[]) => void said.push(rows);

it("writes rows of one kind together, and those of another after them", async () => {
  const gathered = new Gathered(tx);
  await gathered.add(letters, "a");
  await gathered.add(letters, "b");
  await gathered.add(numbers, 1);
  await gathered.add(letters, "c");
  expect(said).toEqual([["a", "b"], [1]]);
  await gathered.flush();
  await gathered.flush();
  expect(said).toEqual([["a", "b"], [1], ["c"]]);
});

it("tells who is next that rows could not be written, and forgets them", async () => {
  const gathered = new Gathered(tx);
  await gathered.add(async () => {
    throw new Error("no");
  }, 1);
  await expect(gathered.add(letters, "d")).rejects.toThrow("no");
  await gathered.flush();
  expect(said).not.toContainEqual(["d"]);
});
