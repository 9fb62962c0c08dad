import type { Pod } from "#api/core/pod.ts";

/** Numbers of a user and a group; what is absent stays root's. */
export interface Owner {
  readonly user?: number;
  readonly group?: number;
}

interface Permissions {
  readonly mode: number;
  readonly owner?: Owner;
}

/**
 * The user whom all containers of the pod run as, where it says so; a single one who isn't told by its image.
 * Source: FsUserFrom in pkg/volume/util.
 */
function onlyUser({ spec }: Pod): number | undefined {
  const containers = [...(spec.initContainers ?? []), ...spec.containers];
  const users = containers.map((one) => one.securityContext?.runAsUser ?? spec.securityContext.runAsUser);
  const [first, ...others] = new Set(users);
  return others.length === 0 ? first : undefined;
}

/**
 * Who may read a token: the pod's only user, or its group, where one of them is known.
 * Source: collectData in pkg/volume/projected; KEP-1205, "File Permission".
 */
export function onlyFor(pod: Pod, mode: number): Permissions {
  const user = onlyUser(pod);
  const isShared = user === undefined && pod.spec.securityContext.fsGroup === undefined;
  return { mode: isShared ? mode : 0o600, ...(user !== undefined && { owner: { user } }) };
}

/** What a node writes into a volume can be read by the pod's `fsGroup`. Source: SetVolumeOwnership in pkg/volume, for volumes that are read only. */
export function readableTo<F extends Permissions>({ spec }: Pod, file: F): F {
  const { fsGroup } = spec.securityContext;
  if (fsGroup === undefined) return file;
  return { ...file, mode: file.mode | 0o440, owner: { ...file.owner, group: fsGroup } };
}
