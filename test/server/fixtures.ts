import { type AnyKind, apiVersionOf } from "#machinery/kind.ts";

type Draft = Readonly<Record<string, unknown>>;

const template = {
  metadata: { labels: { app: "web" } },
  spec: { containers: [{ name: "main", image: "nginx" }] },
};
const selector = { matchLabels: { app: "web" } };

/** The least that each kind takes, beside its metadata. */
const drafts: Readonly<Record<string, Draft>> = {
  configmaps: { data: { a: "1" } },
  deployments: { spec: { selector, template } },
  endpoints: { subsets: [{ addresses: [{ ip: "192.0.2.7" }], ports: [{ port: 80 }] }] },
  endpointslices: { addressType: "IPv4", endpoints: [{ addresses: ["192.0.2.7"] }] },
  events: { involvedObject: { kind: "Pod", name: "web", namespace: "default" }, reason: "Tested", type: "Normal" },
  loadbalancerpools: { spec: { blocks: [{ cidr: "192.0.2.0/28" }] } },
  leases: { spec: { holderIdentity: "me" } },
  namespaces: {},
  nodes: {},
  pods: { spec: { containers: [{ name: "main", image: "nginx" }] } },
  replicasets: { spec: { selector, template } },
  secrets: { stringData: { a: "1" } },
  serviceaccounts: {},
  services: { spec: { ports: [{ port: 80 }] } },
};

/** A small good object of a kind. Throws for a kind that has none here. */
export function fixture(kind: AnyKind, name: string, labels: Readonly<Record<string, string>> = {}): Draft {
  const draft = drafts[kind.plural];
  if (draft === undefined) throw new Error(`there is no fixture for ${kind.plural}`);
  return { apiVersion: apiVersionOf(kind), kind: kind.kind, metadata: { name, labels }, ...draft };
}

/** Where the objects of a kind stand; `default` for kinds with namespaces. */
export function collectionOf({ group, version, plural, scope }: AnyKind, namespace = "default"): string {
  const root = group === "" ? `/api/${version}` : `/apis/${group}/${version}`;
  return scope === "Namespaced" && namespace !== "" ? `${root}/namespaces/${namespace}/${plural}` : `${root}/${plural}`;
}
