import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checks, ports } from "../../deploy/settings";

const read = (file: string) => readFileSync(join(__dirname, "../..", file), "utf8");
const dockerfile = read("Dockerfile");

test("the image runs on the Node that npm ci installs", () => {
  const { devDependencies } = JSON.parse(read("package.json")) as {
    devDependencies: { node: string };
  };
  expect(dockerfile).toContain(`FROM node:${devDependencies.node}-`);
});

test("the image has the ports and the health check that deploy/ counts on", () => {
  expect(dockerfile).toContain(`PORT=${ports.http} METRICS_PORT=${ports.metrics} `);
  expect(dockerfile).toContain(`EXPOSE ${ports.http} ${ports.metrics}\n`);
  const [, command = ""] = /^HEALTHCHECK .*CMD (.*)$/m.exec(dockerfile) ?? [];
  expect(JSON.parse(command)).toEqual(checks.service);
});
