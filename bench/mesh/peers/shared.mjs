import { readFileSync } from "node:fs";

const sample = JSON.parse(readFileSync(process.env.PRODUCT_FILE, "utf8"));

/** The same product for every slug. */
export const product = (slug) => ({ ...sample, slug });

/** Listens on a free port and tells the bench which. */
export function listen(app) {
  const server = app.listen(0, "127.0.0.1", () => {
    console.log(`listening on http://127.0.0.1:${server.address().port}`);
  });
}

/** What follows the last slash. */
export const slugOf = ({ url }) => url.slice(url.lastIndexOf("/") + 1);
