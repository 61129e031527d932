import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync } from "node:fs";
import { join, matchesGlob, relative, resolve } from "node:path";

/** What a container of the image would start with, in a folder. */
export interface Image {
  /** Its `/`. */
  readonly root: string;
  /** In `root`. */
  workdir: string;
  readonly env: Record<string, string>;
  command: readonly string[];
  healthcheck: readonly string[];
}

const project = resolve(__dirname, "../..");
const read = (file: string): string[] =>
  readFileSync(join(project, file), "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));

/** Whether .dockerignore lets a file of the project into the build. */
function isSent(path: string): boolean {
  const name = relative(project, path);
  return !read(".dockerignore").some((pattern) => matchesGlob(name, pattern));
}

/**
 * Does in folders below `scratch` what the Dockerfile says, for machines without a container engine: as
 * this user, with this system in place of the base image. An instruction that it does not know throws.
 */
export function buildImage(scratch: string): Image {
  const stages = new Map<string, Image>();
  let image: Image | undefined;
  for (const line of read("Dockerfile")) {
    const [instruction = "", ...words] = line.split(" ");
    if (instruction === "FROM") {
      const [from = "", , name = "final"] = words;
      image = newStage(join(scratch, name), stages.get(from));
      stages.set(name, image);
    } else if (image) carryOut(image, instruction, words, stages);
  }
  if (!image) throw new Error("the Dockerfile has no FROM");
  return image;
}

function newStage(root: string, base: Image | undefined): Image {
  mkdirSync(root);
  if (base) cpSync(base.root, root, { recursive: true });
  const { workdir = "/", env = {}, command = [], healthcheck = [] } = base ?? {};
  return { root, workdir, env: { ...env }, command, healthcheck };
}

function carryOut(
  image: Image,
  instruction: string,
  words: readonly string[],
  stages: ReadonlyMap<string, Image>,
): void {
  const rest = words.join(" ");
  const cwd = join(image.root, image.workdir);
  switch (instruction) {
    case "WORKDIR":
      image.workdir = rest;
      mkdirSync(join(image.root, rest), { recursive: true });
      return;
    case "ENV":
      for (const [, name = "", value = ""] of rest.matchAll(/(\w+)=(\S+)/g))
        image.env[name] = value;
      return;
    case "RUN":
      execFileSync("sh", ["-ec", rest], { cwd, stdio: "pipe" });
      return;
    case "COPY":
      copy(image, words, stages);
      return;
    case "CMD":
      image.command = JSON.parse(rest) as string[];
      return;
    case "HEALTHCHECK":
      image.healthcheck = JSON.parse(rest.slice(rest.indexOf("CMD ") + 4)) as string[];
      return;
    case "USER":
    case "VOLUME":
    case "EXPOSE":
    case "STOPSIGNAL":
      return;
    default:
      throw new Error(`build-image.ts does not know ${instruction}`);
  }
}

function copy(image: Image, words: readonly string[], stages: ReadonlyMap<string, Image>): void {
  const from = words.find((word) => word.startsWith("--from="))?.slice("--from=".length);
  const stage = from === undefined ? undefined : stages.get(from);
  if (from !== undefined && !stage) throw new Error(`there is no stage ${from}`);
  const paths = words.filter((word) => !word.startsWith("--"));
  const to = paths.at(-1) ?? "";
  for (const path of paths.slice(0, -1)) {
    const source = stage ? join(stage.root, resolve(stage.workdir, path)) : join(project, path);
    const target = join(image.root, resolve(image.workdir, to));
    const name = to.endsWith("/") ? (path.split("/").at(-1) ?? "") : "";
    cpSync(source, join(target, name), {
      recursive: true,
      verbatimSymlinks: true,
      ...(stage ? {} : { filter: (file: string) => file === project || isSent(file) }),
    });
  }
}
