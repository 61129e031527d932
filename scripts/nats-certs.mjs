// `npm run nats:certs -- <folder> [host…]`: a throw-away authority and a server certificate for NATS, for
// tests and for trying TLS out. Needs openssl. Not for production: the authority's key lies beside it.
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { isIP } from "node:net";
import { join } from "node:path";

const [folder, ...hosts] = process.argv.slice(2);
if (!folder) {
  console.error("usage: npm run nats:certs -- <folder> [host…]");
  process.exit(1);
}
mkdirSync(folder, { recursive: true });
const file = (name) => join(folder, name);
const openssl = (...args) => execFileSync("openssl", args, { stdio: ["ignore", "ignore", "pipe"] });
const newKey = (name) =>
  openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", file(name));

const names = [...new Set(["localhost", "127.0.0.1", "nats", ...hosts])];
const alternatives = names.map((name) => `${isIP(name) ? "IP" : "DNS"}:${name}`).join();
writeFileSync(file("server.ext"), `subjectAltName=${alternatives}\nextendedKeyUsage=serverAuth\n`);

newKey("ca-key.pem");
openssl(
  ...["req", "-x509", "-new", "-key", file("ca-key.pem"), "-days", "30"],
  ...["-subj", "/CN=Souk throw-away authority", "-out", file("ca.pem")],
);
newKey("server-key.pem");
openssl(
  ...["req", "-new", "-key", file("server-key.pem"), "-subj", "/CN=nats"],
  ...["-out", file("server.csr")],
);
openssl(
  ...["x509", "-req", "-in", file("server.csr"), "-CA", file("ca.pem")],
  ...["-CAkey", file("ca-key.pem"), "-CAcreateserial", "-days", "30"],
  ...["-extfile", file("server.ext"), "-out", file("server.pem")],
);
console.log(`ca.pem, server.pem and server-key.pem for ${names.join(", ")} are in ${folder}`);
