import { Strategies, type Context, type Endpoint } from "moleculer";
import type { MeshCallingOptions } from "./middleware";

/** One after the other, passing over nodes that have failed the same call before. */
export class RoundRobin extends Strategies.RoundRobin {
  override select(list: Endpoint[], ctx?: Context): Endpoint {
    const { avoid } = (ctx?.options ?? {}) as MeshCallingOptions;
    const others = avoid?.size ? list.filter(({ id }) => !avoid.has(id)) : list;
    return super.select(others.length > 0 ? others : list);
  }
}
