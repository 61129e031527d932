// `npm run deploy:render` writes docker-compose.yml and k8s.yaml, `npm run k8s:render` the latter alone.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { renderCompose } from "./compose";
import { renderKubernetes } from "./kubernetes";

const renderers = { "docker-compose.yml": renderCompose, "k8s.yaml": renderKubernetes };
const wanted = process.argv.slice(2);

for (const [file, render] of Object.entries(renderers)) {
  if (wanted.length > 0 && !wanted.includes(file)) continue;
  writeFileSync(join(__dirname, "..", file), render());
  console.log(`${file} is rendered`);
}
