import type { Resource } from "#machinery/catalogue.ts";
import { apiVersionOf } from "#machinery/kind.ts";

type Draft = Readonly<Record<string, unknown>>;

const template = {
  metadata: { labels: { app: "web" } },
  spec: { containers: [{ name: "main", image: "nginx" }] },
};
const selector = { matchLabels: { app: "web" } };

const endingTemplate = { ...template, spec: { ...template.spec, restartPolicy: "Never" } };

/** By an EC key, for `O=system:nodes, CN=system:node:n1`, with the names n1, 10.0.0.1 and fd00::1. */
export const certificateRequest =
  "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlJQklqQ0J5Z0lCQURBd01SVXdFd1lEVlFRS0RBeHplWE4wWlcwNmJtOWtaWE14RnpBVkJnTlZCQU1NRG5ONQpjM1JsYlRwdWIyUmxPbTR4TUZrd0V3WUhLb1pJemowQ0FRWUlLb1pJemowREFRY0RRZ0FFMWtFTUNnSXNia3lZCi9xaC9YWkxSd0lSNFFvSzRKTmJPQXZoTFUrWWNsb0plbDFpVnBwT2phSFY1aDNGNXhuRXB2clJBb0U5b0kwaHAKQ1pIMGF1V25nNkE0TURZR0NTcUdTSWIzRFFFSkRqRXBNQ2N3SlFZRFZSMFJCQjR3SElJQ2JqR0hCQW9BQUFHSApFUDBBQUFBQUFBQUFBQUFBQUFBQUFBRXdDZ1lJS29aSXpqMEVBd0lEUndBd1JBSWdLUVBJeGJUZDFpMlR1Q3VRCllIME9adWxBRG9lV25QS2F1dzRvQ0Z1QUZmUUNJQ1ByelFvZTlCa3QrQUxRQzBPWE5ZRGRjVjVHK01jS21aZWYKYkJZajljeTcKLS0tLS1FTkQgQ0VSVElGSUNBVEUgUkVRVUVTVC0tLS0tCg==";

const nextWeek = new Date(Date.now() + 7 * 86_400_000).toISOString();

/** The least that each kind takes, beside its metadata. */
const drafts: Readonly<Record<string, Draft>> = {
  certificatesigningrequests: {
    spec: { request: certificateRequest, signerName: "example.com/anybody", usages: ["client auth"] },
  },
  clusterrolebindings: { roleRef: { kind: "ClusterRole", name: "view" }, subjects: [{ kind: "Group", name: "staff" }] },
  clusterroles: { rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["get"] }] },
  configmaps: { data: { a: "1" } },
  controllerrevisions: { data: { spec: {} }, revision: 1 },
  cronjobs: { spec: { schedule: "*/5 * * * *", jobTemplate: { spec: { template: endingTemplate } } } },
  csidrivers: { spec: {} },
  csinodes: { spec: { drivers: [{ name: "disks.example.com", nodeID: "n1", topologyKeys: ["example.com/rack"] }] } },
  csistoragecapacities: { storageClassName: "fast", capacity: "1Gi" },
  daemonsets: { spec: { selector, template } },
  deployments: { spec: { selector, template } },
  endpoints: { subsets: [{ addresses: [{ ip: "192.0.2.7" }], ports: [{ port: 80 }] }] },
  endpointslices: { addressType: "IPv4", endpoints: [{ addresses: ["192.0.2.7"] }] },
  events: { involvedObject: { kind: "Pod", name: "web", namespace: "default" }, reason: "Tested", type: "Normal" },
  horizontalpodautoscalers: {
    spec: { scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" }, maxReplicas: 3 },
  },
  ingressclasses: { spec: { controller: "example.com/ingress" } },
  ingresses: { spec: { defaultBackend: { service: { name: "web", port: { number: 80 } } } } },
  ipaddresses: { spec: { parentRef: { resource: "services", namespace: "default", name: "web" } } },
  jobs: { spec: { template: endingTemplate } },
  loadbalancerpools: { spec: { blocks: [{ cidr: "192.0.2.0/28" }] } },
  leases: { spec: { holderIdentity: "me" } },
  namespaces: {},
  networkpolicies: {},
  nodes: {},
  persistentvolumeclaims: {
    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
  },
  persistentvolumes: {
    spec: { capacity: { storage: "1Gi" }, accessModes: ["ReadWriteOnce"], hostPath: { path: "/srv" } },
  },
  poddisruptionbudgets: { spec: { minAvailable: 1, selector } },
  pods: { spec: { containers: [{ name: "main", image: "nginx" }] } },
  podtemplates: { template },
  priorityclasses: { value: 7 },
  replicasets: { spec: { selector, template } },
  replicationcontrollers: { spec: { template } },
  limitranges: { spec: { limits: [{ type: "Container", max: { cpu: "1" } }] } },
  resourcequotas: { spec: { hard: { pods: "4", "requests.cpu": "2" } } },
  rolebindings: { roleRef: { kind: "Role", name: "view" }, subjects: [{ kind: "User", name: "me" }] },
  roles: { rules: [{ apiGroups: ["apps"], resources: ["deployments"], verbs: ["*"] }] },
  runtimeclasses: { handler: "kata" },
  secrets: { stringData: { a: "1" } },
  serviceaccounts: {},
  // To the one Service that is there from the start, for less than the month that a link may last.
  shares: { spec: { service: "kubernetes", tokenHash: "0".repeat(64), expires: nextWeek } },
  servicecidrs: { spec: { cidrs: ["192.0.2.0/28"] } },
  statefulsets: { spec: { selector, template } },
  services: { spec: { ports: [{ port: 80 }] } },
  storageclasses: { provisioner: "example.com/disks" },
  volumeattachments: {
    spec: { attacher: "disks.example.com", nodeName: "n1", source: { persistentVolumeName: "pv" } },
  },
  volumeattributesclasses: { driverName: "disks.example.com", parameters: { speed: "high" } },
};

const names = ["a", "b", "none", "one", "three", "two"];
/** One of these as a name that the kind takes, in the same order; for most kinds that is the name itself. */
export const nameFor = ({ nameRule }: Resource, name: string): string =>
  nameRule === "ip" ? `192.0.2.${names.indexOf(name)}` : name;

/** A small good object of a kind. Throws for a kind that has none here. */
export function fixture(kind: Resource, name: string, labels: Readonly<Record<string, string>> = {}): Draft {
  const draft = drafts[kind.plural];
  if (draft === undefined) throw new Error(`there is no fixture for ${kind.plural}`);
  return { apiVersion: apiVersionOf(kind), kind: kind.kind, metadata: { name: nameFor(kind, name), labels }, ...draft };
}

/** Where the objects of a kind stand; `default` for kinds with namespaces. */
export function collectionOf({ group, version, plural, scope }: Resource, namespace = "default"): string {
  const root = group === "" ? `/api/${version}` : `/apis/${group}/${version}`;
  return scope === "Namespaced" && namespace !== "" ? `${root}/namespaces/${namespace}/${plural}` : `${root}/${plural}`;
}

/** Where an object of a kind stands that has a name of its fixture. */
export const placeOf = (kind: Resource, name: string): string => `${collectionOf(kind)}/${nameFor(kind, name)}`;
