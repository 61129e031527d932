import { HostNotFoundError } from "sequelize";
import { expect, test } from "vitest";
import { reasonOf, unavailable } from "../../lib/errors";
import { isUnavailable } from "../../lib/store/database";
import { Poller } from "../../lib/store/poller";
import { untilThere } from "../../lib/until-there";
import { eventually } from "../support/eventually";

function listener() {
  const said: string[] = [];
  return { said, logger: { warn: (line: unknown) => void said.push(String(line)) } };
}

const refused = new Error("connect ECONNREFUSED 10.0.0.7:5432");

test("who waits for a server says so once, and for what, not at each try", async () => {
  const { said, logger } = listener();
  let tries = 0;
  const tryOnce = async (): Promise<number> => {
    if (++tries < 3) throw refused;
    return tries;
  };
  expect(await untilThere({ name: "PostgreSQL", logger, tryOnce, isAway: () => true })).toBe(3);
  expect(said).toEqual([
    "PostgreSQL does not answer, and is waited for: connect ECONNREFUSED 10.0.0.7:5432",
  ]);
});

test("what waiting does not mend is thrown", async () => {
  const { said, logger } = listener();
  const tryOnce = () => Promise.reject(refused);
  const waiting = untilThere({ name: "PostgreSQL", logger, tryOnce, isAway: () => false });
  await expect(waiting).rejects.toBe(refused);
  expect(said).toEqual([]);
});

test("a start that is being undone says nothing of servers that went before it", async () => {
  const { said, logger } = listener();
  let asked = false;
  const isOver = (): boolean => (asked = true);
  const tryOnce = () => Promise.reject(refused);
  void untilThere({ name: "PostgreSQL", logger, tryOnce, isAway: () => true, isOver });
  await eventually(async () => asked);
  expect(said).toEqual([]);
});

test("a server whose name is not known for now is away, as before its pod is ready", () => {
  for (const code of ["ENOTFOUND", "EAI_AGAIN"]) {
    const fault = Object.assign(new Error(`getaddrinfo ${code} postgres`), { code });
    expect(isUnavailable(fault)).toBe(true);
    expect(isUnavailable(new HostNotFoundError(fault))).toBe(true);
  }
  expect(isUnavailable(Object.assign(new Error("duplicate key"), { code: "23505" }))).toBe(false);
});

test("a log says which server is away and how, where a caller is only told that one is", async () => {
  const { said, logger } = listener();
  const run = () => Promise.reject(unavailable(refused));
  const poller = new Poller({ name: "relay", everyMs: 1_000, logger, run });
  poller.start();
  await eventually(async () => said.length > 0);
  await poller.stop();
  expect(said[0]).toBe(
    "relay: A part of the shop is unavailable: connect ECONNREFUSED 10.0.0.7:5432 (failed 1 times)",
  );
});

test("a name with several addresses has a reason for each", () => {
  const error = new AggregateError([new Error("at ::1"), new Error("at 127.0.0.1")]);
  expect(reasonOf(error)).toBe("at ::1, at 127.0.0.1");
});
