import { textTable } from "../../lib/text-table";
import type { Member } from "./member";

type Row = Pick<
  Member,
  "pid" | "nodeId" | "state" | "uptime" | "rss" | "cpu" | "restarts" | "planned"
>;

const HEADS = [
  "service",
  ">replica",
  ">pid",
  "node",
  "state",
  ">uptime",
  ">rss",
  ">cpu",
  ">restarts",
  ">metrics",
];
/** The processes as lines of text, with a head. */
export const tableOf = (members: readonly Row[]): string[] =>
  textTable(HEADS, members.map(cellsOf));

const cellsOf = (member: Row): string[] => [
  member.planned.service,
  String(member.planned.replica),
  String(member.pid ?? "-"),
  member.nodeId || "-",
  member.state,
  member.pid === undefined ? "-" : uptimeOf(member.uptime),
  member.rss === 0 ? "-" : `${Math.round(member.rss / 2 ** 20)} MB`,
  member.rss === 0 ? "-" : `${Math.round(member.cpu * 100)} %`,
  String(member.restarts),
  String(member.planned.metricsPort ?? "off"),
];

/** `42s`, `12m05s`, `3h07m` */
export function uptimeOf(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const two = (n: number): string => String(n).padStart(2, "0");
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m${two(seconds % 60)}s`;
  return `${Math.floor(seconds / 3600)}h${two(Math.floor(seconds / 60) % 60)}m`;
}
