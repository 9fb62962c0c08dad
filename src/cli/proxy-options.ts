import type { Option } from "./command.ts";

/** The names, defaults and meanings of kube-proxy's flags, where it has them. */
export const proxyOptions: readonly Option[] = [
  { flag: "--kubeconfig FILE", doc: "which cluster, and who we are there (or KUBECONFIG)" },
  { flag: "--proxy-mode MODE", doc: "what programs the rules: nftables (default) or iptables" },
  { flag: "--cluster-cidr CIDR,…", doc: "addresses of pods; who comes from elsewhere is masqueraded" },
  { flag: "--service-cluster-ip-range CIDR,…", doc: "addresses of Services: what comes to an unused one is dropped" },
  { flag: "--hostname-override NAME", doc: "the Node that this machine is (default: its host name)" },
  {
    flag: "--nodeport-addresses CIDR,…",
    doc: "addresses of the node that serve node ports (default: its InternalIPs)",
  },
  {
    flag: "--healthz-bind-address IP:PORT",
    doc: 'who may ask /healthz and /livez (default 0.0.0.0:10256; "" for nobody)',
  },
  { flag: "--metrics-bind-address IP:PORT", doc: 'who may ask /metrics (default 127.0.0.1:10249; "" for nobody)' },
  { flag: "--cleanup", doc: "take the rules that an earlier run has left away, and end" },
];
