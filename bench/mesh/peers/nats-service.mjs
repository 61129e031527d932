// The service behind nats-gateway.mjs.
import { connect, JSONCodec } from "nats";
import { product } from "./shared.mjs";

const json = JSONCodec();
const nats = await connect({ servers: process.env.NATS_URL });
nats.subscribe("plain.get", {
  queue: "catalog",
  callback: (_error, request) =>
    void request.respond(json.encode(product(json.decode(request.data).slug))),
});
console.log("listening on nats");
