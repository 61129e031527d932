import { hash } from "node:crypto";
import type { ErrorDefinition } from "../../lib/errors";
import { escapeHtml } from "../../lib/escape-html";
import type { OpenApi, Operation, Parameter, Response } from "../../lib/mesh/openapi-types";
import type { JsonObject } from "../../lib/mesh/schema-refs";
import { DOCS_SCRIPT, DOCS_STYLE } from "./docs-assets";
import { asText, exampleOf, objectOf, typeHtml } from "./docs-schema";

export interface DocsPage {
  readonly html: string;
  /** Allows the page its own style and script, and nothing else from anywhere. */
  readonly csp: string;
}

interface Entry {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}

const source = (code: string): string => `'sha256-${hash("sha256", code, "base64")}'`;

const CSP = [
  "default-src 'none'",
  `style-src ${source(DOCS_STYLE)}`,
  `script-src ${source(DOCS_SCRIPT)}`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** The OpenAPI document as one page for people, which needs nothing from outside. */
export function docsPage(
  api: OpenApi,
  errors: Readonly<Record<string, ErrorDefinition>>,
): DocsPage {
  const schemas = objectOf(api.components.schemas);
  const groups = groupsOf(api);
  const html = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(api.info.title)} API</title><style>${DOCS_STYLE}</style></head>
<body><div class="frame">
<nav aria-label="Routes"><input id="filter" type="search" placeholder="Find a route  ( / )" aria-label="Find a route">
<div>${groups.map(([tag, entries]) => navGroup(tag, entries)).join("")}
<h2>Reference</h2><ul><li><a href="#errors">Error codes</a></li><li><a href="#schemas">Schemas</a></li></ul></div></nav>
<main><h1>${escapeHtml(api.info.title)}</h1>
<p class="lead">${inlineCode(api.info.description)}</p>
<p>As <a href="/openapi.json">OpenAPI 3.1</a> · events of the mesh as <a href="/asyncapi.json">AsyncAPI 3</a></p>
<p class="none">No route is called that.</p>
${groups.map(([tag, entries]) => section(tag, entries, schemas)).join("\n")}
<section id="errors"><h2>Error codes</h2>${errorTable(errors)}</section>
<section id="schemas"><h2>Schemas</h2>${Object.entries(schemas).map(schemaHtml).join("")}</section>
</main></div><script>${DOCS_SCRIPT}</script></body></html>`;
  return { html, csp: CSP };
}

function groupsOf(api: OpenApi): [tag: string, entries: Entry[]][] {
  const groups = new Map<string, Entry[]>();
  for (const [path, methods] of Object.entries(api.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const tag = operation.tags[0] ?? "";
      groups.set(tag, [...(groups.get(tag) ?? []), { method, path, operation }]);
    }
  }
  return [...groups];
}

const findable = ({ method, path, operation }: Entry): string =>
  escapeHtml(
    `${method} ${path} ${operation.summary} ${operation["x-access"]} ${operation.tags.join(" ")}`.toLowerCase(),
  );

const methodHtml = (method: string): string =>
  `<span class="method ${method}">${method.toUpperCase()}</span>`;

const navGroup = (tag: string, entries: readonly Entry[]): string =>
  `<div data-group><h2>${escapeHtml(tag)}</h2><ul>${entries
    .map(
      (entry) =>
        `<li data-find="${findable(entry)}"><a href="#${entry.operation.operationId}" title="${escapeHtml(entry.path)}">` +
        `${methodHtml(entry.method)}<span class="path">${escapeHtml(entry.path.replace("/api/v1", ""))}</span></a></li>`,
    )
    .join("")}</ul></div>`;

const section = (tag: string, entries: readonly Entry[], schemas: JsonObject): string =>
  `<section data-group><h2>${escapeHtml(tag)}</h2>${entries.map((entry) => operationHtml(entry, schemas)).join("\n")}</section>`;

function operationHtml(entry: Entry, schemas: JsonObject): string {
  const { method, path, operation } = entry;
  const access = operation["x-access"];
  const request = Object.entries(operation.requestBody?.content ?? {}).map(
    ([type, { schema }]) => `<h3>Body · ${escapeHtml(type)}</h3><pre>${typeHtml(schema)}</pre>`,
  );
  const responses = Object.entries(operation.responses).map(responseHtml).join("");
  return `<details id="${operation.operationId}" data-find="${findable(entry)}">
<summary>${methodHtml(method)}<span class="path">${escapeHtml(path)}</span><span class="what">${inlineCode(operation.summary)}</span><span class="access ${access}">${access}</span></summary>
<div class="body">${parameterTable(operation.parameters ?? [])}${request.join("")}
<h3>Answers</h3><table>${responses}</table>
<h3>Try it</h3><pre data-origin>${escapeHtml(curlOf(entry, schemas))}</pre></div></details>`;
}

function parameterTable(parameters: readonly Parameter[]): string {
  if (parameters.length === 0) return "";
  const rows = parameters.map(
    ({ name, in: place, required, schema }) =>
      `<tr><td><code>${escapeHtml(name)}</code></td><td>${place}${required ? "" : ", optional"}</td>` +
      `<td><code>${typeHtml(schema)}</code> <i>${escapeHtml(asText(schema.description))}</i></td></tr>`,
  );
  return `<h3>Parameters</h3><table>${rows.join("")}</table>`;
}

function responseHtml([status, { description, headers, content }]: [string, Response]): string {
  const good = Number(status) < 400;
  const shapes = good
    ? Object.entries(content ?? {}).map(
        ([type, { schema }]) =>
          `<pre>${Object.keys(schema).length > 0 ? typeHtml(schema) : escapeHtml(type)}</pre>`,
      )
    : [];
  const named = Object.entries(headers ?? {}).map(
    ([name, header]) =>
      `<code>${escapeHtml(name)}</code> ${inlineCode(asText(objectOf(header).description))}<br>`,
  );
  const text = good ? named.join("") : inlineCode(description).replaceAll("\n", "<br>");
  const whole = text + shapes.join("") || "no body";
  return `<tr><td><code>${status}</code></td><td>${whole}</td></tr>`;
}

/** A request that can be pasted into a shell once its placeholders are filled in. */
function curlOf({ method, path, operation }: Entry, schemas: JsonObject): string {
  const lines = [`curl ${method === "get" ? "" : `-X ${method.toUpperCase()} `}"$SHOP${path}"`];
  if (operation["x-access"] !== "public") lines.push(`-H "authorization: Bearer $TOKEN"`);
  for (const { name, in: place } of operation.parameters ?? []) {
    if (place === "header" && name === "idempotency-key") lines.push(`-H "${name}: $(uuidgen)"`);
  }
  const [type, media] = Object.entries(operation.requestBody?.content ?? {})[0] ?? [];
  if (type && media && type === "application/json") {
    lines.push(
      `-H "content-type: ${type}"`,
      `-d '${JSON.stringify(exampleOf(media.schema, schemas))}'`,
    );
  } else if (type) {
    lines.push(...(type === "*/*" ? [] : [`-H "content-type: ${type}"`]), "--data-binary @file");
  }
  return lines.join(" \\\n  ");
}

const errorTable = (errors: Readonly<Record<string, ErrorDefinition>>): string =>
  `<table>${Object.entries(errors)
    .map(
      ([code, { status, title }]) =>
        `<tr><td><code>${status}</code></td><td><code>${code}</code></td><td>${escapeHtml(title)}</td></tr>`,
    )
    .join("")}</table>`;

const schemaHtml = ([name, schema]: [string, JsonObject[string]]): string =>
  `<div class="schema" id="schema-${name}"><h3>${escapeHtml(name)}</h3><pre>${typeHtml(objectOf(schema))}</pre></div>`;

const inlineCode = (text: string): string =>
  escapeHtml(text).replace(/`([^`]*)`/g, "<code>$1</code>");
