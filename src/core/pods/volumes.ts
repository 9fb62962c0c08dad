import type { DownwardAPIVolumeFile, KeyToPath, Volume, VolumeProjection } from "#api/core/pod/volumes.ts";
import type { Pod } from "#api/core/pod.ts";
import type { Sources } from "./env.ts";
import { fieldOf } from "./fields.ts";
import type { NodeFacts } from "./node-facts.ts";
import { type TokenText, tokenKey } from "./projected-tokens.ts";
import { containerNamed, resourceOf } from "./resources.ts";
import { type Owner, onlyFor, readableTo } from "./volume-owners.ts";

/** What a volume is on the node. */
export type VolumePlan =
  /** A folder of the pod's own, which ends with it. */
  | { readonly kind: "empty"; readonly inMemory: boolean; readonly sizeLimit: string | undefined }
  /** Files that the node writes and keeps up to date; secret ones never come to a disk. */
  | { readonly kind: "files"; readonly files: readonly VolumeFile[]; readonly secret: boolean }
  | { readonly kind: "host"; readonly path: string; readonly type: string }
  | { readonly kind: "refused"; readonly message: string };

export interface VolumeFile {
  /** Below the volume; never leaves it, as the API refuses `..`. */
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly mode: number;
  /** Whose it is; root's where absent. */
  readonly owner?: Owner;
}

interface Surroundings {
  readonly sources: Sources;
  readonly node: NodeFacts;
  /** By `tokenKey`, those that the pod wants. */
  readonly tokens: ReadonlyMap<string, TokenText>;
}

/** What a volume of the pod is made of. Source: core/v1 Volume; the kubelet's messages for what is missing. */
export function planVolume(pod: Pod, volume: Volume, around: Surroundings): VolumePlan {
  const { emptyDir, hostPath, configMap, secret, downwardAPI, projected } = volume;
  if (emptyDir !== undefined || namesNoSource(volume)) {
    const sizeLimit = emptyDir?.sizeLimit === undefined ? undefined : String(emptyDir.sizeLimit);
    return { kind: "empty", inMemory: emptyDir?.medium === "Memory", sizeLimit };
  }
  if (hostPath !== undefined) return { kind: "host", path: hostPath.path, type: hostPath.type };
  const mode = (configMap ?? secret ?? downwardAPI ?? projected)?.defaultMode ?? 0o644;
  const projections = projectionsOf(volume);
  if (projections === undefined) return { kind: "refused", message: unsupported(volume) };
  const files: VolumeFile[] = [];
  for (const projection of projections) {
    const found = filesOf(pod, projection, { ...around, mode });
    if (typeof found === "string") return { kind: "refused", message: found };
    files.push(...found);
  }
  return { kind: "files", files: files.map((file) => readableTo(pod, file)), secret: projections.some(isSecret) };
}

const isSecret = ({ secret, serviceAccountToken }: VolumeProjection): boolean =>
  secret !== undefined || serviceAccountToken !== undefined;

/** A configMap, secret or downwardAPI volume is a projected one with a single source. */
function projectionsOf({ configMap, secret, downwardAPI, projected }: Volume): readonly VolumeProjection[] | undefined {
  if (configMap !== undefined) return [{ configMap }];
  if (secret !== undefined) {
    const { secretName: name = "", items, optional } = secret;
    return [{ secret: { name, ...(items && { items }), ...(optional !== undefined && { optional }) } }];
  }
  if (downwardAPI !== undefined) return [{ downwardAPI }];
  return projected === undefined ? undefined : (projected.sources ?? []);
}

/** Such a volume is an emptyDir: core/v1 Volume. */
const namesNoSource = (volume: Volume): boolean => Object.keys(volume).every((key) => key === "name");

function unsupported(volume: Volume): string {
  const source = Object.keys(volume).find((key) => key !== "name");
  return `volume "${volume.name}": this node has no volumes of type ${source}; it has emptyDir, configMap, secret, downwardAPI, projected and hostPath`;
}

interface Looked extends Surroundings {
  readonly mode: number;
}

function filesOf(pod: Pod, projection: VolumeProjection, around: Looked): readonly VolumeFile[] | string {
  const { configMap, secret, downwardAPI, serviceAccountToken } = projection;
  if (configMap !== undefined) {
    const found = around.sources.configMaps.get(configMap.name ?? "");
    const binary = Object.entries(found?.binaryData ?? {}).map(
      ([key, value]) => [key, Uint8Array.fromBase64(value)] as const,
    );
    const texts = Object.entries(found?.data ?? {}).map(([key, value]) => [key, utf8.encode(value)] as const);
    return picked({ what: "configmap", found: found && new Map([...texts, ...binary]), ...configMap }, around.mode);
  }
  if (secret !== undefined) {
    const found = around.sources.secrets.get(secret.name ?? "");
    const bytes =
      found &&
      new Map(Object.entries(found.data ?? {}).map(([key, value]) => [key, Uint8Array.fromBase64(value)] as const));
    return picked({ what: "secret", found: bytes, ...secret }, around.mode);
  }
  if (downwardAPI !== undefined) return (downwardAPI.items ?? []).map((item) => downwardFile(pod, item, around));
  if (serviceAccountToken !== undefined) {
    const token = around.tokens.get(tokenKey(serviceAccountToken)) ?? { refusal: "nobody has asked for it" };
    if ("refusal" in token) return `failed to fetch token: ${token.refusal}`;
    return [{ path: serviceAccountToken.path, bytes: utf8.encode(token.text), ...onlyFor(pod, around.mode) }];
  }
  return []; // trust bundles are the server's to issue; a pod without them still starts
}
const utf8 = new TextEncoder();

interface Picked {
  readonly what: "configmap" | "secret";
  readonly found: ReadonlyMap<string, Uint8Array> | undefined;
  readonly name?: string;
  readonly items?: readonly KeyToPath[];
  readonly optional?: boolean;
}

const missingKey = {
  configmap: "configmap references non-existent config key",
  secret: "references non-existent secret key",
} as const;

function picked({ what, found, name = "", items, optional }: Picked, mode: number): readonly VolumeFile[] | string {
  if (found === undefined) return optional === true ? [] : `${what} "${name}" not found`;
  if (items === undefined) return [...found].map(([path, bytes]) => ({ path, bytes, mode }));
  const files: VolumeFile[] = [];
  for (const item of items) {
    const bytes = found.get(item.key);
    if (bytes !== undefined) files.push({ path: item.path, bytes, mode: item.mode ?? mode });
    else if (optional !== true) return `${missingKey[what]}: ${item.key}`;
  }
  return files;
}

function downwardFile(pod: Pod, item: DownwardAPIVolumeFile, { node, mode }: Looked): VolumeFile {
  const container = containerNamed(pod, item.resourceFieldRef?.containerName);
  const text =
    item.resourceFieldRef !== undefined && container !== undefined
      ? resourceOf(container, item.resourceFieldRef, node)
      : (fieldOf(pod, item.fieldRef?.fieldPath ?? "", node) ?? "");
  return { path: item.path, bytes: utf8.encode(text), mode: item.mode ?? mode };
}

/** Texts of the Secrets and ConfigMaps that a pod names: what its node has to follow. */
export function referencedObjects({ spec }: Pod): {
  readonly configMaps: ReadonlySet<string>;
  readonly secrets: ReadonlySet<string>;
} {
  const containers = [...(spec.initContainers ?? []), ...spec.containers];
  const env = containers.flatMap((container) => container.env ?? []).flatMap(({ valueFrom }) => valueFrom ?? []);
  const from = containers.flatMap((container) => container.envFrom ?? []);
  const projections = (spec.volumes ?? []).flatMap((volume) => projectionsOf(volume) ?? []);
  const named = (all: readonly ({ readonly name?: string } | undefined)[]): ReadonlySet<string> =>
    new Set(all.flatMap((one) => (one?.name === undefined ? [] : [one.name])));
  return {
    configMaps: named([
      ...env.map((e) => e.configMapKeyRef),
      ...from.map((f) => f.configMapRef),
      ...projections.map((p) => p.configMap),
    ]),
    secrets: named([
      ...env.map((e) => e.secretKeyRef),
      ...from.map((f) => f.secretRef),
      ...projections.map((p) => p.secret),
    ]),
  };
}
