/** Objects for the tests of this room. */
import type { Node, Taint } from "#api/core/node.ts";
import type { Container } from "#api/core/pod/container.ts";
import type { PodSpec } from "#api/core/pod/spec.ts";
import type { Pod } from "#api/core/pod.ts";
import type { LabelSelector } from "#machinery/selectors.ts";
import { RoomBook } from "./room-book.ts";
import type { Labels, Surroundings } from "./surroundings.ts";

const metadata = (name: string) => ({
  name,
  namespace: "default",
  uid: name,
  resourceVersion: "1",
  creationTimestamp: "2026-01-01T00:00:00Z",
});
export const container = (resources: Container["resources"] = {}): Container => ({
  name: "web",
  image: "a",
  resources,
  imagePullPolicy: "Always",
  terminationMessagePath: "",
  terminationMessagePolicy: "File",
});
interface PodWish extends Partial<PodSpec> {
  readonly labels?: Labels;
  readonly namespace?: string;
  readonly leaving?: true;
}
export const pod = (name: string, { labels = {}, namespace = "default", leaving, ...spec }: PodWish = {}): Pod => ({
  metadata: {
    ...metadata(name),
    namespace,
    labels,
    ...(leaving && { deletionTimestamp: "2026-01-01T00:00:30Z" }),
  },
  status: { phase: "Pending" },
  spec: {
    containers: [container()],
    restartPolicy: "Always",
    terminationGracePeriodSeconds: 30,
    dnsPolicy: "ClusterFirst",
    securityContext: {},
    schedulerName: "default-scheduler",
    enableServiceLinks: true,
    ...spec,
  },
});
export const asking = (requests: Readonly<Record<string, string>>): Partial<PodSpec> => ({
  containers: [container({ requests })],
});

interface NodeWish {
  readonly labels?: Readonly<Record<string, string>>;
  readonly taints?: readonly Taint[];
  readonly unschedulable?: true;
  readonly allocatable?: Readonly<Record<string, string>>;
}
export const node = (name: string, { labels = {}, allocatable, ...spec }: NodeWish = {}): Node => ({
  metadata: { ...metadata(name), labels },
  spec,
  status: { allocatable: allocatable ?? { cpu: "4", memory: "8Gi", pods: "110", "ephemeral-storage": "10Gi" } },
});

interface Lodgers {
  readonly node: Node;
  readonly pods: readonly Pod[];
}
export const roomOf = (node: Node, pods: readonly Pod[]): Lodgers => ({ node, pods });

interface Around {
  readonly siblings?: LabelSelector;
  readonly namespaces?: Readonly<Record<string, Labels>>;
}

/** The nodes with their pods. */
export function around(rooms: readonly Lodgers[], { siblings, namespaces = {} }: Around = {}): Surroundings {
  const book = new RoomBook();
  for (const { node, pods } of rooms) {
    book.nodeChanged(undefined, node);
    for (const pod of pods) book.lodge(pod, node.metadata.name);
  }
  return {
    rooms: book.rooms(),
    crowds: [...book.crowds()],
    namespaceLabels: (namespace) => namespaces[namespace] ?? {},
    siblings: () => siblings,
  };
}
