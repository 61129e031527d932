// NestJS on Express in front of its microservice over NATS.
import "reflect-metadata";
import { Controller, Get, Inject, Module, Param } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { ClientsModule, Transport } from "@nestjs/microservices";

class Products {
  constructor(client) {
    this.client = client;
  }
  get(slug) {
    return this.client.send("catalog.get", { slug });
  }
}
const descriptor = Object.getOwnPropertyDescriptor(Products.prototype, "get");
Controller("api/v1/products")(Products);
Inject("MESH")(Products, undefined, 0);
Get(":slug")(Products.prototype, "get", descriptor);
Param("slug")(Products.prototype, "get", 0);

class Gateway {}
const options = { servers: [process.env.NATS_URL] };
Module({
  imports: [ClientsModule.register([{ name: "MESH", transport: Transport.NATS, options }])],
  controllers: [Products],
})(Gateway);

const app = await NestFactory.create(Gateway, { logger: false });
await app.listen(0, "127.0.0.1");
console.log(`listening on http://127.0.0.1:${app.getHttpServer().address().port}`);
