import { ServiceBroker } from "moleculer";
import { readConfig } from "/work/main/config/env";
import { brokerOptions } from "/work/main/moleculer.config";
import { gatewayService } from "/work/main/services/gateway/gateway.service";
import { newId } from "/work/main/lib/ids";
async function main() {
  const config = readConfig({
    PORT: "4000",
    HOST: "127.0.0.1",
    DATA_DIR: "/tmp/bench/data",
    LOG_LEVEL: "warn",
    RATE_LIMIT: process.env.RL ?? "off",
    LOG_FORMAT: "json",
    JWT_PRIVATE_KEY: "",
    ...(process.env.TLS_CERT
      ? { TLS_CERT: process.env.TLS_CERT, TLS_KEY: process.env.TLS_KEY }
      : {}),
  });
  const broker = new ServiceBroker(brokerOptions(config));
  const body = { suggestions: Array.from({ length: 40 }, (_, i) => "suggestion number " + i) };
  const now = new Date().toISOString();
  const product = {
    id: newId(),
    slug: "mug",
    name: "Mug",
    description: "x".repeat(500),
    brand: "b",
    categories: ["a"],
    attributes: { color: "blue" },
    images: [{ url: "/images/a.svg", alt: "a" }],
    variants: [1, 2, 3].map((i) => ({
      sku: "SKU-" + i,
      price: { amount: 100, currency: "EUR" },
      attributes: { size: "m" },
    })),
    status: "active",
    createdAt: now,
    updatedAt: now,
  };
  broker.createService({
    name: "search",
    actions: { suggest: { visibility: "published", handler: () => body } },
  });
  broker.createService({
    name: "catalog",
    actions: { get: { visibility: "published", handler: () => product } },
  });
  broker.createService(
    gatewayService({
      config,
      postgresUrl: "",
      transport: null as never,
      announce: console.log,
    }),
  );
  await broker.start();
}
process.on("SIGINT", () => process.exit(0));
void main();
