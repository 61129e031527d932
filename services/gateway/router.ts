/** What a router answers for a method and path. */
export type Match<T> =
  | { readonly found: T; readonly values: readonly string[] }
  /** The path is known, with these methods. */
  | { readonly allow: readonly string[] }
  | null;

interface Node<T> {
  readonly fixed: Map<string, Node<T>>;
  any: Node<T> | null;
  readonly methods: Map<string, T>;
}

const newNode = <T>(): Node<T> => ({ fixed: new Map(), any: null, methods: new Map() });

/**
 * A trie over path segments: a look-up costs one step a segment, however many routes there are. A
 * fixed segment is preferred to a parameter; where the fixed branch has no such method, the other is
 * tried (`POST /products/import` beside `PATCH /products/:id`).
 */
export class Router<T> {
  readonly #root = newNode<T>();

  /** Adds `path`, as `/orders/:id`. Throws when the same method and shape of path is there already. */
  add(method: string, path: string, target: T): void {
    let node = this.#root;
    for (const segment of segmentsOf(path)) {
      if (segment.startsWith(":")) node = node.any ??= newNode<T>();
      else {
        const next = node.fixed.get(segment) ?? newNode<T>();
        node.fixed.set(segment, next);
        node = next;
      }
    }
    if (node.methods.has(method)) throw new Error(`two routes answer ${method} ${path}`);
    node.methods.set(method, target);
  }

  /** Finds the route of a raw path; `values` are its parameters in order, still percent-encoded. */
  find(method: string, path: string): Match<T> {
    const segments = segmentsOf(path);
    const values: string[] = [];
    const allow = new Set<string>();
    const found = this.#descend(this.#root, segments, 0, { method, values, allow });
    if (found !== undefined) return { found, values };
    return allow.size > 0 ? { allow: [...allow] } : null;
  }

  #descend(
    node: Node<T>,
    segments: readonly string[],
    depth: number,
    search: { method: string; values: string[]; allow: Set<string> },
  ): T | undefined {
    const segment = segments[depth];
    if (segment === undefined) {
      for (const method of node.methods.keys()) search.allow.add(method);
      return node.methods.get(search.method);
    }
    const next = node.fixed.get(segment);
    const found = next && this.#descend(next, segments, depth + 1, search);
    if (found !== undefined || node.any === null || segment === "") return found;
    search.values.push(segment);
    const below = this.#descend(node.any, segments, depth + 1, search);
    if (below === undefined) search.values.pop();
    return below;
  }
}

/** `/a/b` → `a`, `b`. Repeated slashes make empty segments, which no route has. */
const segmentsOf = (path: string): string[] => path.slice(1).split("/");
