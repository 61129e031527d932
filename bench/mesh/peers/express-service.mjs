// The service behind both Express gateways: a product from memory, by slug.
import express from "express";
import { listen, product } from "./shared.mjs";

const app = express();
app.get("/products/:slug", (req, res) => void res.json(product(req.params.slug)));
listen(app);
