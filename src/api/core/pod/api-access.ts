import type { Container } from "./container.ts";
import type { PodSpec } from "./spec.ts";
import type { Volume } from "./volumes.ts";

// Source: TokenVolumeSource and mountServiceAccountToken in plugin/pkg/admission/serviceaccount/admission.go; KEP-1205.

/** Where clients in a pod look for what they need to reach the API. Source: rest.InClusterConfig in k8s.io/client-go. */
const apiAccessPath = "/var/run/secrets/kubernetes.io/serviceaccount";

/** Begins the name of the volume that has it. */
export const apiAccessPrefix = "kube-api-access-";

/** With what clients in its containers need to reach the API, but where something else is mounted there. `nameOf` is asked for the volume's, if it is new. */
export function withApiAccess(spec: PodSpec, nameOf: () => string): PodSpec {
  const { volumes = [], initContainers, containers } = spec;
  const known = volumes.find((volume) => volume.name.startsWith(apiAccessPrefix));
  const isMissingIn = ({ volumeMounts = [] }: Container): boolean =>
    !volumeMounts.some(({ mountPath }) => mountPath === apiAccessPath);
  if (![...(initContainers ?? []), ...containers].some(isMissingIn)) return spec;
  const name = known?.name ?? nameOf();
  const mount = { name, readOnly: true, mountPath: apiAccessPath };
  const mounted = (one: Container): Container =>
    isMissingIn(one) ? { ...one, volumeMounts: [...(one.volumeMounts ?? []), mount] } : one;
  return {
    ...spec,
    ...(initContainers && { initContainers: initContainers.map(mounted) }),
    containers: containers.map(mounted),
    volumes: known === undefined ? [...volumes, apiAccessVolume(name)] : volumes,
  };
}

/** An hour and a mark: a server that knows this number lets the tokens of old clients, which read them once, last longer. */
const tokenSeconds = 3607;

const apiAccessVolume = (name: string): Volume => ({
  name,
  projected: {
    defaultMode: 0o644,
    sources: [
      { serviceAccountToken: { expirationSeconds: tokenSeconds, path: "token" } },
      { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
      {
        downwardAPI: {
          items: [{ path: "namespace", fieldRef: { apiVersion: "v1", fieldPath: "metadata.namespace" } }],
        },
      },
    ],
  },
});
