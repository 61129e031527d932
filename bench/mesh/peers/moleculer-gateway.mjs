// The least that a call of Moleculer's costs: node:http in front of `broker.call`, without any middleware.
import { createServer } from "node:http";
import { bareBroker } from "./bare-broker.mjs";
import { listen, slugOf } from "./shared.mjs";

const broker = bareBroker("gateway");
await broker.start();
await broker.waitForServices("catalog");
const server = createServer(async (req, res) => {
  const body = JSON.stringify(await broker.call("catalog.get", { slug: slugOf(req) }));
  res.writeHead(200, { "content-type": "application/json" }).end(body);
});
listen(server);
