import { hostnameLabel } from "#api/core/node/labels.ts";
import type { Node, NodeCondition, NodeStatus, NodeSystemInfo } from "#api/core/node.ts";
import type { Draft } from "#machinery/schema.ts";
import { showTime } from "#machinery/time.ts";
import type { NodeFacts } from "./node-facts.ts";

/** What a node says of itself when it registers. */
export interface NodeReport extends NodeFacts {
  readonly labels: Readonly<Record<string, string>>;
  readonly hostname: string;
  readonly diskBytes: number;
  readonly kubeletPort: number;
  readonly system: NodeSystemInfo;
  readonly now: number;
  /** Whether its pods have addresses to get: a node without can't take any. */
  readonly hasPodBlock: boolean;
}

const podsPerNode = "110";

/** The Node as its agent creates it. Source: the kubelet's registration; well-known labels of the Kubernetes reference. */
export function nodeObject(report: NodeReport): Draft<typeof Node> {
  const { system, labels } = report;
  return {
    metadata: {
      name: report.name,
      labels: {
        "kubernetes.io/arch": system.architecture,
        [hostnameLabel]: report.name,
        "kubernetes.io/os": system.operatingSystem,
        ...labels,
      },
    },
    spec: {},
    status: nodeStatus(report, []),
  };
}

/** Its status: addresses, what it can hold, how it is. Transition times move only when a condition does. */
export function nodeStatus(report: NodeReport, before: readonly NodeCondition[]): NodeStatus {
  const amounts = {
    cpu: report.cpuMillis % 1000 === 0 ? String(report.cpuMillis / 1000) : `${report.cpuMillis}m`,
    "ephemeral-storage": `${Math.floor(report.diskBytes / 1024)}Ki`,
    memory: `${Math.floor(report.memoryBytes / 1024)}Ki`,
    pods: podsPerNode,
  };
  return {
    addresses: [
      ...report.addresses.map((address) => ({ type: "InternalIP", address })),
      { type: "Hostname", address: report.hostname },
    ],
    capacity: amounts,
    allocatable: amounts,
    conditions: conditionsOf(report, before),
    daemonEndpoints: { kubeletEndpoint: { Port: report.kubeletPort } },
    nodeInfo: report.system,
  };
}

type Told = Pick<NodeCondition, "type" | "status" | "reason" | "message">;

const healthy: readonly Told[] = [
  {
    type: "MemoryPressure",
    status: "False",
    reason: "KubeletHasSufficientMemory",
    message: "kubelet has sufficient memory available",
  },
  {
    type: "DiskPressure",
    status: "False",
    reason: "KubeletHasNoDiskPressure",
    message: "kubelet has no disk pressure",
  },
  {
    type: "PIDPressure",
    status: "False",
    reason: "KubeletHasSufficientPID",
    message: "kubelet has sufficient PID available",
  },
];

const ready: Told = {
  type: "Ready",
  status: "True",
  reason: "KubeletReady",
  message: "kubelet is posting ready status",
};
/** Source: the kubelet's words for a network plugin that waits for the node's podCIDR. */
const withoutNetwork: Told = {
  type: "Ready",
  status: "False",
  reason: "KubeletNotReady",
  message:
    "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:the node has no podCIDR yet",
};

const conditionsOf = ({ now, hasPodBlock }: NodeReport, before: readonly NodeCondition[]): readonly NodeCondition[] =>
  [...healthy, hasPodBlock ? ready : withoutNetwork].map((condition) => {
    const old = before.find(({ type }) => type === condition.type);
    const since = old?.status === condition.status ? old.lastTransitionTime : undefined;
    return { ...condition, lastHeartbeatTime: showTime(now), lastTransitionTime: since ?? showTime(now) };
  });
