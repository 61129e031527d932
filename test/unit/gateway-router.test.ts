import { describe, expect, it } from "vitest";
import { Router } from "../../services/gateway/router";

function routerOf(...routes: string[]): Router<string> {
  const router = new Router<string>();
  for (const route of routes) router.add(...(route.split(" ") as [string, string]), route);
  return router;
}

describe("the router", () => {
  const router = routerOf(
    "GET /products",
    "GET /products/:id",
    "POST /products/import",
    "PATCH /products/:id",
    "GET /orders/:id/events",
    "GET /",
  );

  it("finds a route by method and path, with its parameters as they were sent", () => {
    expect(router.find("GET", "/orders/a%2Fb/events")).toEqual({
      found: "GET /orders/:id/events",
      values: ["a%2Fb"],
    });
  });

  it("prefers a fixed segment to a parameter", () => {
    expect(router.find("POST", "/products/import")).toMatchObject({
      found: "POST /products/import",
      values: [],
    });
  });

  it("takes the parameter where the fixed segment has no such method", () => {
    expect(router.find("PATCH", "/products/import")).toEqual({
      found: "PATCH /products/:id",
      values: ["import"],
    });
  });

  it("names the methods of a path that has others, also across branches", () => {
    expect(router.find("PUT", "/products/import")).toEqual({ allow: ["POST", "GET", "PATCH"] });
  });

  it.each(["/nothing", "/products/a/b", "/products/", "//products", "/orders//events", ""])(
    "knows nothing of %j",
    (path) => expect(router.find("GET", path === "" ? "/x" : path)).toBeNull(),
  );

  it("finds the root", () => expect(router.find("GET", "/")).toMatchObject({ found: "GET /" }));

  it("refuses two routes of one method and shape", () => {
    expect(() => routerOf("GET /a/:id", "GET /a/:slug")).toThrow("two routes answer GET /a/:slug");
  });

  it("is not misled by names that objects inherit", () => {
    expect(router.find("GET", "/__proto__")).toBeNull();
    expect(router.find("constructor", "/products")).toMatchObject({ allow: ["GET"] });
  });
});
