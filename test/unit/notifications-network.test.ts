import { get } from "node:https";
import { expect, test } from "vitest";
import { isPublicAddress, publicNetwork } from "../../services/notifications/push/network";

const network = publicNetwork();

test.each([
  "https://fcm.googleapis.com/fcm/send/abc",
  "https://updates.push.services.mozilla.com/wpush/v2/abc",
  "https://web.push.apple.com/abc",
  "https://8.8.8.8/abc",
])("%s may be a push service", (endpoint) => {
  expect(network.faultOf(new URL(endpoint))).toBeNull();
});

test.each([
  "http://fcm.googleapis.com/x",
  "https://fcm.googleapis.com:8443/x",
  "https://user:secret@fcm.googleapis.com/x",
  "https://localhost/x",
  "https://postgres/x",
  "https://127.0.0.1/x",
  "https://2130706433/x",
  "https://0x7f.1/x",
  "https://10.1.2.3/x",
  "https://169.254.169.254/latest/meta-data",
  "https://[::1]/x",
  "https://[::ffff:127.0.0.1]/x",
  "https://[fd00::1]/x",
  "https://[2002:7f00:1::]/x",
  "https://[64:ff9b::7f00:1]/x",
])("%s is not one", (endpoint) => {
  expect(network.faultOf(new URL(endpoint))).not.toBeNull();
});

test("addresses of the public internet are told from all others", () => {
  expect(["1.1.1.1", "172.15.0.1", "2606:4700::1111"].map(isPublicAddress)).toEqual([
    true,
    true,
    true,
  ]);
  expect(["172.31.255.255", "100.64.0.1", "0.0.0.0", "fe80::1", "x"].map(isPublicAddress)).toEqual(
    Array(5).fill(false),
  );
});

test("a good name that leads to this machine is found out when it is connected to", async () => {
  const failure = new Promise((resolve) => {
    get("https://localhost/", { agent: network.agent }).on("error", resolve);
  });
  expect(await failure).toMatchObject({ message: "localhost has no public address" });
});
