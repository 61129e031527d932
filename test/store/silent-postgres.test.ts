import { Sequelize } from "sequelize";
import { afterEach, beforeEach, expect, inject, test } from "vitest";
import { TcpProxy } from "../../chaos/tcp-proxy";
import { findFreePort } from "../../lib/embedded/postgres/port";
import { Database } from "../../lib/store/database";
import { ensureDatabase, sequelizeOptions } from "../../lib/store/postgres";

let proxy: TcpProxy;
let sequelize: Sequelize;
let db: Database;
let url: string;

beforeEach(async () => {
  const through = new URL(inject("postgresUrl"));
  proxy = await TcpProxy.start(Number(through.port), await findFreePort());
  through.port = String(proxy.port);
  url = through.href;
  sequelize = new Sequelize(sequelizeOptions(url, { service: "silent" }));
  db = new Database(sequelize);
});
afterEach(async () => {
  proxy.close();
  await sequelize.close();
});

const one = () => db.query("SELECT 1 AS one");

test("connections whose server is gone without a word are given up, and others take their place", async () => {
  const sleepers = [db.query("SELECT pg_sleep(0.1)"), db.query("SELECT pg_sleep(0.1)")];
  await Promise.all(sleepers);
  const inTransaction = db.transaction(async (tx) => {
    await tx.query("SELECT 1");
    proxy.halfOpen("server");
    await tx.query("SELECT 1");
  });
  await expect(inTransaction).rejects.toMatchObject({ type: "SERVICE_UNAVAILABLE" });
  // The one that nobody used meanwhile has not been found out yet.
  await expect(one()).rejects.toMatchObject({ type: "SERVICE_UNAVAILABLE" });
  expect(await one()).toEqual([{ one: 1 }]);
  // Whatever is in the pool now, answers.
  await Promise.all(Array.from({ length: 4 }, one));
  expect(db.pool).toMatchObject({ used: 0, waiting: 0 });
}, 60_000);

test("a server that takes connections and says nothing is away", async () => {
  proxy.set("down", { blackHole: true });
  await expect(ensureDatabase(url)).rejects.toThrow(/timeout/);
  await expect(one()).rejects.toMatchObject({ type: "SERVICE_UNAVAILABLE" });
  proxy.set("down", {});
  expect(await one()).toEqual([{ one: 1 }]);
});
