import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Member } from "../../scripts/cluster/member";
import { parseOptions } from "../../scripts/cluster/options";
import { addressesOf, unreachable } from "../../scripts/cluster/servers";
import { tableOf, uptimeOf } from "../../scripts/cluster/table";
import { eventually } from "../support/eventually";
import { freePort } from "../support/free-port";

test("each service gets one process, unless --replicas says otherwise", () => {
  expect(parseOptions([]).replicasOf).toMatchObject({ orders: 1, gateway: 1 });
  const { replicasOf } = parseOptions(["--replicas", "all=2", "--replicas", "orders=3,users=1"]);
  expect(replicasOf).toMatchObject({ orders: 3, users: 1, payments: 2 });
});

test.each([
  ["orders=0", /1 to 16/],
  ["orders", /say it as orders=2/],
  ["order=2", /there is no order; there are gateway, users/],
])("--replicas %s is refused", (wish, reason) => {
  expect(() => parseOptions(["--replicas", wish])).toThrow(reason);
});

test("an unknown option is refused", () => {
  expect(() => parseOptions(["--replica=2"])).toThrow(/--replica/);
});

test("the servers of a URL are found, with their default ports", () => {
  expect(addressesOf("nats://user:secret@a,b:4333")).toEqual([
    { host: "a", port: 4222 },
    { host: "b", port: 4333 },
  ]);
  expect(addressesOf("mongodb://a:1,b/?replicaSet=rs0")).toEqual([
    { host: "a", port: 1 },
    { host: "b", port: 27017 },
  ]);
  expect(addressesOf("postgres://[::1]")).toEqual([{ host: "::1", port: 5432 }]);
  expect(addressesOf("mongodb+srv://cluster.example")).toEqual([]);
});

test("a server that is away is named, without its password", async () => {
  const port = await freePort();
  const NATS_URL = `nats://user:secret@127.0.0.1:${port}`;
  expect(await unreachable({ NATS_URL, MONGO_URL: null })).toEqual([
    `NATS_URL: nobody answers at 127.0.0.1:${port}`,
  ]);
});

test("the table shows a process that runs, and one that waits to be started again", () => {
  const env = {};
  const lines = tableOf([
    {
      planned: { service: "orders", replica: 1, metricsPort: 3031, env },
      pid: 42,
      nodeId: "orders-1-abc",
      state: "ready",
      uptime: 125_000,
      rss: 100 * 2 ** 20,
      cpu: 0.034,
      restarts: 1,
    },
    {
      planned: { service: "payments", replica: 2, metricsPort: null, env },
      pid: undefined,
      nodeId: "",
      state: "waiting",
      uptime: 0,
      rss: 0,
      cpu: 0,
      restarts: 7,
    },
  ]);
  expect(lines).toEqual([
    "service   replica  pid  node          state    uptime     rss  cpu  restarts  metrics",
    "orders          1   42  orders-1-abc  ready     2m05s  100 MB  3 %         1     3031",
    "payments        2    -  -             waiting       -       -    -         7      off",
  ]);
});

test("uptimes are short at every length", () => {
  expect([0, 59_999, 61_000, 3_600_000].map(uptimeOf)).toEqual(["0s", "59s", "1m01s", "1h00m"]);
});

test("a log that cannot be written is told, and takes nothing down", async () => {
  const said: string[] = [];
  const member = new Member({
    planned: { service: "orders", replica: 1, metricsPort: null, env: {} },
    root: tmpdir(),
    logFolder: join(tmpdir(), "souk-no-such-folder"),
    say: (line) => void said.push(line),
    log: () => undefined,
  });
  await eventually(async () => said.length > 0);
  expect(said[0]).toMatch(/^orders-1: its log cannot be written: .*ENOENT/);
  member.stop();
  await member.ended;
});

test("a process that the system cannot start is tried again, as one that died", async () => {
  const folder = await mkdtemp(join(tmpdir(), "souk-member-"));
  const said: string[] = [];
  const member = new Member({
    planned: { service: "orders", replica: 1, metricsPort: null, env: {} },
    // Node cannot be started in a folder that is not there.
    root: join(folder, "gone"),
    logFolder: folder,
    say: (line) => void said.push(line),
    log: () => undefined,
  });
  member.start();
  await eventually(async () => member.restarts > 0 && said.length > 1);
  expect(said[0]).toMatch(/^orders-1 ended \(.*ENOENT\), starts again in 0.5 s/);
  member.stop();
  await member.ended;
  await rm(folder, { recursive: true });
});
