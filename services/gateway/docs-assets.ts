/** The style and the script of /docs. They are inlined; the page's policy names them by hash. */
export const DOCS_STYLE = `
:root { color-scheme: light dark; --bg: #fbfaf8; --panel: #fff; --text: #23211e; --soft: #6d675f;
  --line: #e4dfd7; --accent: #a8481f; --code: #f4f1ec; --get: #1f6f54; --post: #2b5ea8; --put: #8a5a00;
  --delete: #a3262a; --admin: #6b3fa0; }
@media (prefers-color-scheme: dark) { :root { --bg: #171513; --panel: #1f1c1a; --text: #ece7e0;
  --soft: #a39b90; --line: #35302b; --accent: #f08a5d; --code: #26221f; --get: #6fcf9f; --post: #86b4f5;
  --put: #e5b35a; --delete: #f08a8c; --admin: #c3a1f2; } }
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; }
body { margin: 0; background: var(--bg); color: var(--text);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
code, pre, .path { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: .86em; }
a { color: var(--accent); text-decoration: none; }
a:hover { text-decoration: underline; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.frame { display: grid; grid-template-columns: 20rem minmax(0, 1fr); max-width: 84rem; margin: 0 auto; }
nav { position: sticky; top: 0; align-self: start; height: 100vh; overflow-y: auto; padding: 1.5rem 1rem;
  border-right: 1px solid var(--line); font-size: .88rem; }
nav h2 { margin: 1.1rem 0 .2rem; font-size: .72rem; letter-spacing: .08em; text-transform: uppercase; color: var(--soft); }
nav ul { list-style: none; margin: 0; padding: 0; }
nav li a { display: flex; gap: .5rem; align-items: baseline; padding: .12rem .3rem; border-radius: 4px; color: inherit; }
nav li a:hover { background: var(--code); text-decoration: none; }
nav .path { font-size: .8rem; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
#filter { width: 100%; padding: .5rem .7rem; font: inherit; color: inherit; background: var(--panel);
  border: 1px solid var(--line); border-radius: 6px; }
main { padding: 2rem 2.5rem 6rem; }
h1 { margin: 0; font-size: 2rem; letter-spacing: -.02em; }
main > section > h2 { margin: 2.8rem 0 .8rem; font-size: 1.25rem; text-transform: capitalize; }
.lead { max-width: 46rem; color: var(--soft); }
details { background: var(--panel); border: 1px solid var(--line); border-radius: 8px; margin: .5rem 0; }
summary { display: flex; flex-wrap: wrap; gap: .3rem .8rem; align-items: baseline; padding: .65rem .9rem; cursor: pointer; list-style: none; }
summary::-webkit-details-marker { display: none; }
summary .what { flex: 1 1 16rem; color: var(--soft); font-size: .92rem; }
.method { flex: none; width: 3.6rem; font: 700 .74rem ui-monospace, Menlo, Consolas, monospace; }
nav .method { width: 2.9rem; font-size: .66rem; }
.get { color: var(--get); } .post { color: var(--post); } .put, .patch { color: var(--put); } .delete { color: var(--delete); }
.access { font-size: .74rem; padding: 0 .5rem; border: 1px solid var(--line); border-radius: 99px; color: var(--soft); }
.access.admin { color: var(--admin); border-color: currentColor; }
.access.customer { color: var(--post); border-color: currentColor; }
.body { padding: 0 .9rem 1rem; border-top: 1px solid var(--line); }
.body h3, .schema h3 { margin: 1.1rem 0 .35rem; font-size: .74rem; letter-spacing: .07em; text-transform: uppercase; color: var(--soft); }
.schema h3 { text-transform: none; letter-spacing: 0; font-size: 1rem; color: inherit; }
pre { margin: 0; padding: .7rem .9rem; overflow-x: auto; background: var(--code); border-radius: 6px; line-height: 1.5; }
pre b { font-weight: 600; } pre i, td i { font-style: normal; color: var(--soft); }
table { width: 100%; border-collapse: collapse; font-size: .9rem; }
td, th { padding: .35rem .6rem .35rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
th { font-size: .74rem; font-weight: 600; color: var(--soft); }
.none { display: none; color: var(--soft); }
[hidden] { display: none !important; }
@media (max-width: 52rem) { .frame { display: block; } nav { position: static; height: auto; border: 0; padding-bottom: 0; }
  nav > div { display: none; } main { padding: 1rem; } }
`;

export const DOCS_SCRIPT = `
for (const node of document.querySelectorAll("[data-origin]"))
  node.textContent = node.textContent.replaceAll("$SHOP", location.origin);
const filter = document.getElementById("filter");
const entries = [...document.querySelectorAll("[data-find]")];
const groups = [...document.querySelectorAll("[data-group]")];
filter.addEventListener("input", () => {
  const words = filter.value.toLowerCase().split(/\\s+/).filter(Boolean);
  for (const entry of entries)
    entry.hidden = !words.every((word) => entry.dataset.find.includes(word));
  for (const group of groups)
    group.hidden = ![...group.querySelectorAll("[data-find]")].some((entry) => !entry.hidden);
  document.querySelector(".none").style.display = entries.every((entry) => entry.hidden) ? "block" : "none";
});
const open = () => {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target instanceof HTMLDetailsElement) target.open = true;
};
addEventListener("hashchange", open);
addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.target === filter) return;
  event.preventDefault();
  filter.focus();
});
open();
`;
