import type { Option } from "./command.ts";

export const ingressOptions: readonly Option[] = [
  { flag: "--kubeconfig FILE", doc: "which cluster, and who we are there (or KUBECONFIG)" },
  {
    flag: "--controller-class NAME",
    doc: "which IngressClasses are served: those whose controller this is (default portolan.io/ingress)",
  },
  {
    flag: "--ingress-class NAME",
    doc: "what the annotation kubernetes.io/ingress.class calls it where no such IngressClass is there (default portolan)",
  },
  { flag: "--serve-nginx-class", doc: "serve the classes of k8s.io/ingress-nginx too, in that one's place" },
  { flag: "--watch-namespace NAMESPACE", doc: "serve the Ingresses of one namespace alone (default: all)" },
  { flag: "--bind-address IP", doc: "where it is served (default: at all addresses of this machine)" },
  { flag: "--http-port PORT", doc: "where HTTP is served (default 80)" },
  { flag: "--https-port PORT", doc: "where HTTPS is served (default 443)" },
  {
    flag: "--publish-service NAMESPACE/NAME",
    doc: "the Service before it, whose addresses stand in the status of Ingresses",
  },
  { flag: "--publish-status-address IP,…", doc: "these addresses, or names, instead" },
  { flag: "--engine NAME", doc: "what serves: haproxy or embedded (default: haproxy where it is installed)" },
  { flag: "--state-dir DIR", doc: "where HAProxy keeps what it serves (default /var/lib/portolan-ingress)" },
  {
    flag: "--metrics-bind-address IP:PORT",
    doc: 'who may ask /healthz, /readyz and /metrics (default 0.0.0.0:10254; "" for nobody)',
  },
  {
    flag: "--shutdown-grace-period DURATION",
    doc: "how long it goes on after SIGTERM, not ready any more (default 5s)",
  },
  { flag: "--drain-timeout DURATION", doc: "how long requests under way may take then (default 60s)" },
];
