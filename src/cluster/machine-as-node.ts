import { nodesGroup, nodeUserPrefix, proxyUser } from "#api/authentication/subjects.ts";
import { type PreparedNode, prepareNode, type RunningNode, startNode } from "./node.ts";
import type { Nodes, NodesAround } from "./nodes.ts";
import type { Settings } from "./settings.ts";

/** The machine itself as the cluster's one node, in this process and without a socket between it and the API. */
export function machineAsNode(settings: Settings, { plan, catalogue, ledger, log }: NodesAround): Nodes {
  const node = onlyOne(plan.nodes);
  let prepared: PreparedNode | undefined;
  let running: RunningNode | undefined;
  return {
    async prepare() {
      prepared = await prepareNode(settings, node, ledger);
    },
    async start(control, identities) {
      if (prepared === undefined) throw new RangeError("a node is prepared before it starts");
      const transports = {
        agent: control.as(`${nodeUserPrefix}${node.name}`, nodesGroup),
        proxy: control.as(proxyUser),
      };
      const identity = onlyOne(identities.nodes);
      running = await startNode(settings, { ...prepared, plan: node, identity, catalogue, transports, ledger, log });
      return running;
    },
    async setProxyMode(mode) {
      await running?.setProxyMode(mode);
    },
    async stop() {
      const last = running;
      running = undefined;
      await last?.stop();
    },
  };
}

function onlyOne<T>(all: readonly T[]): T {
  const [one] = all;
  if (one === undefined || all.length > 1) throw new RangeError(`one is expected, not ${all.length}`);
  return one;
}
