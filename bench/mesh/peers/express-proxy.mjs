// An API gateway as tutorials write it: Express with http-proxy-middleware in front of the service.
import express from "express";
import { createProxyMiddleware } from "http-proxy-middleware";
import { listen } from "./shared.mjs";

const app = express();
app.use("/api/v1", createProxyMiddleware({ target: process.env.SERVICE_URL, changeOrigin: true }));
listen(app);
