import type { Claim } from "../check";

/** Claims, or parts of them, that the databases cannot answer, and why. */
export const leftOut: readonly (Claim & { readonly reason: string })[] = [
  {
    id: "M1",
    when: "A",
    title: "nobody has changed an entry of the ledger in place",
    reason: "triggers forbid it, but there is no hash chain that would show a superuser's change",
  },
  {
    id: "M6",
    when: "A",
    title: "unit prices are those of the catalogue at the time of the order",
    reason: "the catalogue keeps no history of prices",
  },
  {
    id: "M7",
    when: "A",
    title: "replays of a request are equal to the byte",
    reason: "answers are not kept; whoever drives the shop compares them",
  },
  {
    id: "E3",
    when: "Q",
    title: "carts has handled each order.created exactly once",
    reason: "its inbox keeps only what is under way or failed; its handler is idempotent by itself",
  },
  {
    id: "E3",
    when: "Q",
    title: "each consumer has handled each event of a product exactly once",
    reason:
      "published events of the catalogue are kept in MongoDB alone, which is not read for them",
  },
  {
    id: "E4",
    when: "A",
    title: "no event is applied after a later one of its aggregate",
    reason: "handlers guard by state and keep no sequence; S5, O1, O3 and O4 show a step too late",
  },
  {
    id: "E6",
    when: "Q",
    title: "replaying all events changes no business row",
    reason: "takes a replay; compare `npm run verify -- --fingerprint` before and after it",
  },
  {
    id: "N1",
    when: "Q",
    title: "a mail server or push service got each notification once",
    reason: "what they received is not in our databases",
  },
];
