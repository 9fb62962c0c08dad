import type { Pod } from "../pod.ts";
import type { Volume } from "./volumes.ts";

/** The objects of its namespace that a pod names: what whoever runs it must be able to read. */
export interface PodReferences {
  readonly secrets: ReadonlySet<string>;
  readonly configMaps: ReadonlySet<string>;
  readonly claims: ReadonlySet<string>;
  readonly serviceAccount: string;
}

// Source: VisitPodSecretNames and VisitPodConfigmapNames in pkg/api/v1/pod.
export function podReferences({ metadata, spec }: Pod): PodReferences {
  const { containers, initContainers = [], ephemeralContainers = [], volumes = [], imagePullSecrets = [] } = spec;
  const all = [...containers, ...initContainers, ...ephemeralContainers];
  const env = all.flatMap((one) => one.env ?? []).map(({ valueFrom }) => valueFrom);
  const from = all.flatMap((one) => one.envFrom ?? []);
  const projected = volumes.flatMap((volume) => volume.projected?.sources ?? []);
  return {
    secrets: named([
      ...imagePullSecrets.map(({ name }) => name),
      ...env.map((one) => one?.secretKeyRef?.name),
      ...from.map((one) => one.secretRef?.name),
      ...projected.map((one) => one.secret?.name),
      ...volumes.flatMap(secretsOf),
    ]),
    configMaps: named([
      ...env.map((one) => one?.configMapKeyRef?.name),
      ...from.map((one) => one.configMapRef?.name),
      ...projected.map((one) => one.configMap?.name),
      ...volumes.map((one) => one.configMap?.name),
    ]),
    claims: named([
      ...volumes.map((one) => one.persistentVolumeClaim?.claimName),
      ...volumes.map((one) => (one.ephemeral === undefined ? undefined : `${metadata.name}-${one.name}`)),
    ]),
    serviceAccount: spec.serviceAccountName ?? "",
  };
}

const secretsOf = (volume: Volume): readonly (string | undefined)[] => [
  volume.secret?.secretName,
  volume.azureFile?.secretName,
  volume.cephfs?.secretRef?.name,
  volume.cinder?.secretRef?.name,
  volume.flexVolume?.secretRef?.name,
  volume.rbd?.secretRef?.name,
  volume.scaleIO?.secretRef?.name,
  volume.iscsi?.secretRef?.name,
  volume.storageos?.secretRef?.name,
  volume.csi?.nodePublishSecretRef?.name,
];

const named = (names: readonly (string | undefined)[]): ReadonlySet<string> =>
  new Set(names.flatMap((name) => (name === undefined || name === "" ? [] : [name])));
