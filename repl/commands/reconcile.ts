import { textTable } from "../../lib/text-table";
import type { Command } from "../command";

export const reconcile: Command = {
  usage: "reconcile",
  description: "Compare all services and the provider's ledger now, and repair what is safe",
  async run(operator) {
    const { checked, findings } = await operator.call("operations.reconcile", {});
    const orders = `${checked} orders compared`;
    if (findings.length === 0) return [`${orders}: all agree`];
    return [
      `${orders}:`,
      "",
      ...textTable(
        ["what", "order", "detail", "action"],
        findings.map(({ kind, orderId, detail, action }) => [kind, orderId ?? "-", detail, action]),
      ),
    ];
  },
};
