import { setImmediate as nextTurn } from "node:timers/promises";
import { ServiceBroker, type Service } from "moleculer";
import { expect, test, vi } from "vitest";
import { readConfig } from "../../config/env";
import type { Runtime } from "../../config/runtime";
import { unavailable } from "../../lib/errors";
import { documents, type DocumentsMembers } from "../../mixins/documents";
import { startShop } from "../../shop";

test("a data folder that cannot be made is refused by its variable", async () => {
  const config = readConfig({ DATA_DIR: "/dev/null/data", METRICS_PORT: "off" });
  await expect(startShop(config)).rejects.toThrow(/^DATA_DIR: ENOTDIR/);
});

test.each([
  { stopping: false, ends: "ends the process", fatals: 1 },
  { stopping: true, ends: "is no fault of a start that failed elsewhere", fatals: 0 },
])("a file that cannot be opened $ends", async ({ stopping, fatals }) => {
  const broker = new ServiceBroker({ logger: false });
  const fatal = vi.spyOn(broker, "fatal").mockReturnValue(undefined);
  const config = readConfig({ METRICS_PORT: "off" });
  const things = documents({ config } as Runtime, { service: "things", unique: [] });
  const service = broker.createService({ name: "things", mixins: [things] }) as Service &
    DocumentsMembers & { connect(): Promise<void> };
  vi.spyOn(service.adapter, "connect").mockRejectedValue(unavailable(new Error("closed")));
  broker.stopping = stopping;
  void service.connect();
  await nextTurn();
  expect(fatal).toHaveBeenCalledTimes(fatals);
});
