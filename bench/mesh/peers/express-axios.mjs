// An API gateway as tutorials write it: Express, a handler a route, axios to the service.
import axios from "axios";
import express from "express";
import { listen } from "./shared.mjs";

const app = express();
app.get("/api/v1/products/:slug", async (req, res) => {
  const { data } = await axios.get(`${process.env.SERVICE_URL}/products/${req.params.slug}`);
  res.json(data);
});
listen(app);
