import { generateKeyPairSync, randomBytes } from "node:crypto";
import { Client as PostgresClient } from "pg";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { serviceNames, type ServiceName } from "../../contracts";
import { databaseUrl } from "../../lib/store/postgres";
import { ADMIN, AdminClient, Client } from "../support/client";
import { ClusterServers, clusterServersAreThere } from "../support/cluster-servers";
import { eventually } from "../support/eventually";
import { ShopProcess } from "../support/shop-process";

const FRONT: ServiceName[] = ["gateway", "users", "orders", "search"];
const BACK = serviceNames.filter((name) => !FRONT.includes(name));

describe.skipIf(!clusterServersAreThere())(
  "the shop as two processes over NATS and JetStream",
  () => {
    let servers: ClusterServers;
    let front: ShopProcess;
    let back: ShopProcess;
    const namespace = `m${randomBytes(4).toString("hex")}`;

    beforeAll(async () => {
      servers = await ClusterServers.start();
      const { privateKey } = generateKeyPairSync("ed25519");
      const env = {
        ...ADMIN,
        ...servers.env,
        NAMESPACE: namespace,
        JWT_PRIVATE_KEY: privateKey.export({ format: "pem", type: "pkcs8" }).toString(),
      };
      front = await ShopProcess.create({ ...env, SERVICES: FRONT.join() });
      back = await ShopProcess.create({ ...env, SERVICES: BACK.join() });
      await back.start();
      await front.start();
    });
    afterAll(async () => {
      await front?.remove();
      await back?.remove();
      await servers?.remove();
    });

    test("a purchase crosses both, is confirmed, and its stock is sold", async () => {
      const anyone = new Client(front.url);
      const admin = await AdminClient.signIn(front.url);
      await admin.sell("MESH-1", 1000, 3);
      const buyer = await anyone.register();
      const placed = await buyer.order([{ sku: "MESH-1", quantity: 2 }]);
      expect(placed.status).toBe(202);
      const done = await buyer.until(placed.body.id, "confirmed");
      expect(await admin.netCharged(done.id)).toBe(done.total.amount);
      const declined = await buyer.order(
        [{ sku: "MESH-1", quantity: 1 }],
        "pm_card_chargeDeclined",
      );
      await buyer.until(declined.body.id, "cancelled");
    });

    test("a report of several mebibytes arrives whole, over a NATS that carries one at a time", async () => {
      const admin = await AdminClient.signIn(front.url);
      const period = { from: "2026-01-01", to: "2026-01-02", format: "xlsx" };
      const { jobId } = (await admin.post<{ jobId: string }>("/admin/reports/sales", period)).body;
      await eventually(async () => {
        const job = await admin.get<{ status: string }>(`/admin/jobs/${jobId}`);
        return job.body.status === "completed";
      });
      const bytes = randomBytes(3_333_333);
      await makeResult(jobId, bytes);
      const url = `${front.url}/api/v1/admin/jobs/${jobId}/result`;
      const headers = { authorization: `Bearer ${admin.token}` };
      const answer = await fetch(url, { headers });
      expect(answer.headers.get("content-length")).toBe("3333333");
      expect(answer.headers.get("content-type")).toContain("spreadsheetml");
      expect(bytes.equals(Buffer.from(await answer.arrayBuffer()))).toBe(true);
      const head = await fetch(url, { headers, method: "HEAD" });
      expect([head.status, head.headers.get("content-length")]).toEqual([200, "3333333"]);
    });

    /** As though the sales of that time had been many. */
    async function makeResult(jobId: string, bytes: Buffer): Promise<void> {
      const database = databaseUrl(inject("postgresUrl"), namespace, "reports");
      const client = new PostgresClient({ connectionString: database });
      await client.connect();
      const text = "UPDATE job_result SET bytes = $2 WHERE job_id = $1";
      const { rowCount } = await client.query(text, [jobId, bytes]);
      await client.end();
      expect(rowCount).toBe(1);
    }

    test("an order whose other half is killed is settled when that half is back", async () => {
      const buyer = await new Client(front.url).register();
      const placed = await buyer.order([{ sku: "MESH-1", quantity: 1 }], "pm_card_slow");
      expect(placed.status).toBe(202);
      await back.kill();
      await back.start();
      await buyer.until(placed.body.id, "confirmed");
    });
  },
);
