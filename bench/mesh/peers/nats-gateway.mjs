// One hop over NATS and nothing that a design would add: node:http, request/reply of nats.js, JSON.
import { createServer } from "node:http";
import { connect, JSONCodec } from "nats";
import { listen, slugOf } from "./shared.mjs";

const json = JSONCodec();
const nats = await connect({ servers: process.env.NATS_URL });
const server = createServer(async (req, res) => {
  const answer = await nats.request("plain.get", json.encode({ slug: slugOf(req) }));
  const body = JSON.stringify(json.decode(answer.data));
  res.writeHead(200, { "content-type": "application/json" }).end(body);
});
listen(server);
