import { createHash } from "node:crypto";
import { deployments } from "#api/apps/deployment.ts";
import { namespaces } from "#api/core/namespace.ts";
import { secrets } from "#api/core/secret.ts";
import { services } from "#api/core/service.ts";
import { showKubeconfig } from "#client/kubeconfig.ts";
import { type WantedObject, wantedObject } from "#daemons/controllers/ingress-arrival.ts";
import type { Draft } from "#machinery/schema.ts";
import type { KeyPair } from "#os/pki.ts";
import { ingressPlace, ingressRights, ingressLabels as labels, managedLabels as managed } from "./ingress-rights.ts";

const { namespace, name } = ingressPlace;
/** Of status and metrics. */
const statusPort = 10254;
/** Requests under way get a minute, and the Service's rules a moment before. */
const graceSeconds = 75;

export interface IngressIdentity {
  /** Where pods reach the API: `https://10.96.0.1:443`. */
  readonly server: string;
  /** PEM. */
  readonly ca: string;
  readonly client: KeyPair;
}

/** The objects that the cluster gets with its first Ingress, in the order in which they are made. */
export function ingressObjects({ server, ca, client }: IngressIdentity): readonly WantedObject[] {
  const kubeconfig = showKubeconfig({ name: "portolan", server, ca, cert: client.certificate, key: client.key });
  const global = (own: string) => ({ namespace: "", name: own });
  return [
    wantedObject(namespaces, global(namespace), { metadata: { name: namespace } }),
    ...ingressRights,
    wantedObject(secrets, ingressPlace, {
      metadata: { ...ingressPlace, labels: managed },
      type: "Opaque",
      data: { kubeconfig: Buffer.from(kubeconfig).toString("base64") },
    }),
    wantedObject(services, ingressPlace, {
      metadata: { ...ingressPlace, labels: managed },
      spec: {
        type: "LoadBalancer",
        // The controller is to see who asks.
        externalTrafficPolicy: "Local",
        ipFamilyPolicy: "PreferDualStack",
        selector: labels,
        ports: ["http", "https"].map((port) => ({
          name: port,
          protocol: "TCP" as const,
          port: port === "http" ? 80 : 443,
          targetPort: port,
        })),
      },
    }),
    wantedObject(deployments, ingressPlace, deployment(kubeconfig)),
  ];
}

/** `replicas` is the users' alone to say. */
const deployment = (kubeconfig: string): Draft<(typeof deployments)["type"]> => ({
  metadata: { ...ingressPlace, labels: managed },
  spec: {
    selector: { matchLabels: labels },
    strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
    template: {
      metadata: {
        labels,
        // A controller that has read another one starts anew.
        annotations: { "portolan.io/kubeconfig": createHash("sha256").update(kubeconfig).digest("hex").slice(0, 16) },
      },
      spec: {
        terminationGracePeriodSeconds: graceSeconds,
        containers: [container],
        volumes: [
          { name: "kubeconfig", secret: { secretName: name, defaultMode: 0o400 } },
          { name: "state", emptyDir: {} },
        ],
      },
    },
  },
});

const container = {
  name: "ingress",
  image: "portolan/ingress",
  args: [
    "--kubeconfig=/etc/portolan/kubeconfig",
    `--publish-service=${namespace}/${name}`,
    `--metrics-bind-address=0.0.0.0:${statusPort}`,
    "--state-dir=/var/lib/portolan-ingress",
  ],
  ports: [
    { name: "http", containerPort: 80, protocol: "TCP" as const },
    { name: "https", containerPort: 443, protocol: "TCP" as const },
    { name: "metrics", containerPort: statusPort, protocol: "TCP" as const },
  ],
  readinessProbe: { httpGet: { path: "/readyz", port: "metrics" }, periodSeconds: 1, failureThreshold: 2 },
  livenessProbe: { httpGet: { path: "/healthz", port: "metrics" }, initialDelaySeconds: 10, failureThreshold: 5 },
  volumeMounts: [
    { name: "kubeconfig", mountPath: "/etc/portolan", readOnly: true },
    { name: "state", mountPath: "/var/lib/portolan-ingress" },
  ],
};
