import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { serverAt, writeAccess } from "./identities.ts";
import type { Lan } from "./lan.ts";
import { makeLan, netnsPath } from "./lan-network.ts";
import { nodeFlags } from "./node-flags.ts";
import { namesOf } from "./node-network.ts";
import type { NodePlan } from "./node-plan.ts";
import { nodeProcess } from "./node-process.ts";
import type { Nodes, NodesAround } from "./nodes.ts";
import type { Settings } from "./settings.ts";

/** Nodes in namespaces of this machine, each run by a process that comes in over TLS as every node does. */
export function nodeProcesses(settings: Settings, lan: Lan, { plan, ledger, log }: NodesAround): Nodes {
  const names = namesOf(settings["data-dir"]);
  const access = ({ folder }: NodePlan): string => join(folder, "kubeconfig");
  let mode = settings["proxy-mode"];
  const all = plan.nodes.map((node) =>
    nodeProcess(node.name, {
      netns: netnsPath(names.netns(node.name)),
      flags: () => nodeFlags({ ...settings, "proxy-mode": mode }, node, access(node)),
      log,
    }),
  );
  return {
    async prepare() {
      await Promise.all(plan.nodes.map(({ folder }) => mkdir(folder, { recursive: true, mode: 0o755 })));
      await makeLan(settings["data-dir"], lan, { nodes: plan.nodes, ledger });
      // They load while the API starts.
      for (const one of all) one.launch();
    },
    async start(_, { nodes: identities }) {
      const server = serverAt(plan.control.address.text, settings["api-port"]);
      await Promise.all(
        plan.nodes.map(async (node, index) => {
          const identity = identities[index];
          if (identity !== undefined) await writeAccess(access(node), { server, ...identity });
        }),
      );
      for (const one of all) one.begin();
      return { ready: Promise.all(all.map(({ ready }) => ready)).then(() => undefined) };
    },
    async setProxyMode(wanted) {
      if (wanted === mode) return;
      mode = wanted;
      for (const one of all) one.setProxyMode(wanted);
    },
    async stop() {
      await Promise.all(all.map((one) => one.stop()));
    },
  };
}
