import type { Command, Option } from "./command.ts";
import { ingressOptions } from "./ingress-options.ts";
import { proxyOptions } from "./proxy-options.ts";

const dataDir: Option = {
  flag: "--data-dir DIR",
  doc: "which cluster: its folder (default /var/lib/portolan, or PORTOLAN_DATA_DIR)",
};
const asJson: Option = { flag: "-o json", doc: "facts for programs" };
const debug: Option = { flag: "--debug", doc: "show where in the program an error comes from" };

export const commands: readonly Command[] = [
  {
    name: "up",
    usage: "[-d] [-f FILE…]",
    does: "bring a cluster up and stay in the foreground; Ctrl-C takes it down",
    options: [
      { flag: "-d", doc: "return when the cluster is ready, and leave it running" },
      {
        flag: "-f FILE",
        doc: "apply manifests (a file, a folder, - for standard input) and show how to reach what they expose",
      },
      { flag: "-n NAMESPACE", doc: "where manifests go that name no namespace (default: default)" },
      { flag: "--kubeconfig FILE", doc: "write the cluster's kubeconfig there, too" },
      debug,
    ],
    takesSettings: true,
    load: async () => (await import("./up.ts")).up,
  },
  {
    name: "down",
    usage: "[--purge]",
    does: "stop the cluster and leave the machine as it was; its data stays",
    options: [
      { flag: "--purge", doc: "delete the data too" },
      { flag: "--kubeconfig FILE", doc: "delete this copy of the cluster's kubeconfig, too" },
      dataDir,
      debug,
    ],
    takesSettings: false,
    load: async () => (await import("./down.ts")).down,
  },
  {
    name: "status",
    usage: "",
    does: "what runs: nodes, processes, addresses",
    options: [asJson, { flag: "--kubeconfig FILE", doc: "any cluster, by its kubeconfig" }, dataDir, debug],
    takesSettings: false,
    load: async () => (await import("./status.ts")).status,
  },
  {
    name: "backup",
    usage: "FILE",
    does: "keep all objects of the cluster, as they are at one moment, in FILE; the cluster may run meanwhile",
    options: [
      { flag: "--force", doc: "replace FILE where it is there already" },
      { flag: "--kubeconfig FILE", doc: "a cluster elsewhere, by its administrator's kubeconfig" },
      dataDir,
      debug,
    ],
    examples: [
      ["portolan backup monday.backup", "this machine's cluster"],
      ["portolan backup --data-dir /srv/portolan --force last.backup", "every night, by cron"],
    ],
    takesSettings: false,
    load: async () => (await import("./backup.ts")).backup,
  },
  {
    name: "restore",
    usage: "FILE",
    does: "put the objects of a backup in the place of a stopped cluster's; what was there is kept beside them",
    options: [dataDir, debug],
    examples: [["portolan down; portolan restore monday.backup && portolan up -d", "go back to Monday"]],
    takesSettings: false,
    load: async () => (await import("./restore.ts")).restore,
  },
  {
    name: "server",
    usage: "",
    does: "run the API, the controllers and the scheduler for nodes on machines of their own; says how they join",
    options: [debug],
    takesSettings: true,
    load: async () => (await import("./server.ts")).server,
  },
  {
    name: "node",
    usage: "[--server URL --token TOKEN --discovery-token-ca-cert-hash HASH]",
    does: "make this machine a node of a cluster; its pods go on when this ends, until `portolan down`",
    options: [
      { flag: "--server URL", doc: "the API of the cluster to join, as https://192.0.2.1:6443" },
      { flag: "--token TOKEN", doc: "a bootstrap token of that cluster" },
      { flag: "--discovery-token-ca-cert-hash HASH", doc: "what its authority is known by, as sha256:…" },
      { flag: "--bootstrap-kubeconfig FILE", doc: "instead of these three: the server's bootstrap-kubeconfig" },
      { flag: "--kubeconfig FILE", doc: "the node's own, written when it has joined (default <data-dir>/kubeconfig)" },
      { flag: "--node-name NAME", doc: "the Node's name (default: this machine's, in lower case)" },
      { flag: "--node-ip IP", doc: "its address, or one a family (default: those of the default routes)" },
      {
        flag: "--tls-cert-file FILE",
        doc: "what the agent shows to its clients, instead of asking the cluster for it",
      },
      { flag: "--tls-private-key-file FILE", doc: "the key of that certificate" },
      debug,
    ],
    takesSettings: true,
    load: async () => (await import("./node.ts")).node,
  },
  {
    name: "trace",
    usage: "TARGET [--from pod/NAME|node/NAME|outside]",
    does: "explain hop by hop how TARGET is reached, or name the first hop that breaks and the field to change",
    options: [
      { flag: "--from CLIENT", doc: "who wants to reach it: pod/NAME, node/NAME or outside (default outside)" },
      { flag: "-n NAMESPACE", doc: "of names without one (default: the kubeconfig's, else default)" },
      { flag: "--kubeconfig FILE", doc: "any cluster's, instead of this machine's (KUBECONFIG counts too)" },
      {
        flag: "--cluster-domain NAME",
        doc: "what its names end in (default cluster.local, or what this machine's cluster says)",
      },
      asJson,
      dataDir,
      debug,
    ],
    examples: [
      ["portolan trace svc/web", "how somebody outside reaches Service web"],
      [
        "portolan trace https://shop.example.com/cart",
        "a URL through the ingress controller: which rule serves it, and why",
      ],
      ["portolan trace ingress/shop", "the first path of an Ingress"],
      ["portolan trace http://web/ --from pod/client", "a URL as a pod would ask for it"],
      ["portolan trace svc/shop/web:http --from node/node-2", "one port of a Service of namespace shop, from a node"],
      ["portolan trace 192.0.2.2:30080", "whose address that is, and where it leads"],
      ["portolan trace dns.example.com:53/udp", "a UDP port"],
      ["portolan trace pod/web-0:8080 --from pod/client", "straight to a pod"],
    ],
    takesSettings: false,
    load: async () => (await import("./trace.ts")).trace,
  },
  {
    name: "share",
    usage: "svc/NAME[:PORT]",
    does: "print a link that opens one Service, without the rights of a user, until it expires or is taken back",
    options: [
      { flag: "--for DURATION", doc: "how long it is open: 30m, 1h, 7d (default 1h, 30d at most)" },
      { flag: "--scheme SCHEME", doc: "how the pods are asked: http or https (default http)" },
      { flag: "--list", doc: "the links of the namespace that are open" },
      { flag: "--revoke NAME", doc: "take a link back: it opens nothing from this moment on" },
      { flag: "-n NAMESPACE", doc: "of the Service (default: the kubeconfig's, else default)" },
      { flag: "--kubeconfig FILE", doc: "a cluster elsewhere (KUBECONFIG counts too)" },
      asJson,
      dataDir,
      debug,
    ],
    examples: [
      ["portolan share svc/web --for 2h", "the link is printed, and nothing else, on standard output"],
      ["portolan share --list", "which are open"],
      ["portolan share --revoke web-x7k2p", "close one"],
    ],
    takesSettings: false,
    load: async () => (await import("./share.ts")).share,
  },
  {
    name: "kubectl",
    usage: "ARGUMENTS…",
    does: "the kubectl on PATH, talking to this cluster",
    options: [{ flag: "--data-dir DIR", doc: "which cluster; before kubectl's own arguments" }],
    takesSettings: false,
    load: async () => (await import("./kubectl.ts")).kubectl,
  },
  {
    name: "proxy",
    usage: "--kubeconfig FILE",
    does: "the service proxy of this machine alone, in kube-proxy's place, for any Kubernetes cluster",
    options: [...proxyOptions, debug],
    takesSettings: false,
    load: async () => (await import("./proxy.ts")).proxy,
  },
  {
    name: "ingress",
    usage: "--kubeconfig FILE",
    does: "the ingress controller alone, for any Kubernetes cluster",
    options: [...ingressOptions, debug],
    examples: [
      ["portolan ingress --kubeconfig admin.conf --publish-status-address 192.0.2.7", "on a machine of its own"],
      ["portolan ingress --kubeconfig admin.conf --serve-nginx-class", "in ingress-nginx's place"],
    ],
    takesSettings: false,
    load: async () => (await import("./ingress.ts")).ingress,
  },
  {
    name: "version",
    usage: "",
    does: "the version of the program, and of the Kubernetes API that it serves",
    options: [asJson],
    takesSettings: false,
    load: async () => (await import("./version.ts")).version,
  },
  {
    name: "completion",
    usage: "bash|zsh|fish",
    does: "print the shell's completion script",
    options: [],
    takesSettings: false,
    load: async () => {
      const { completion } = await import("./completion.ts");
      return (args) => completion(args, commands);
    },
  },
];

export const commandNamed = (name: string): Command | undefined => commands.find((command) => command.name === name);
