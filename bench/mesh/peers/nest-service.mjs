// NestJS's microservice over NATS. Decorators are called as functions, which is what TypeScript makes of them.
import "reflect-metadata";
import { Controller, Module } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { MessagePattern, Payload, Transport } from "@nestjs/microservices";
import { product } from "./shared.mjs";

class Products {
  get({ slug }) {
    return product(slug);
  }
}
const descriptor = Object.getOwnPropertyDescriptor(Products.prototype, "get");
Controller()(Products);
MessagePattern("catalog.get")(Products.prototype, "get", descriptor);
Payload()(Products.prototype, "get", 0);

class Service {}
Module({ controllers: [Products] })(Service);

const app = await NestFactory.createMicroservice(Service, {
  transport: Transport.NATS,
  options: { servers: [process.env.NATS_URL], queue: "catalog" },
  logger: false,
});
await app.listen();
console.log("listening on nats");
