import type { TypedLocalObjectReference, TypedObjectReference } from "../references.ts";
import type { PersistentVolumeClaimSpec } from "./spec.ts";

/**
 * What fills the volume at first is said in two fields, an old one for claims and snapshots and a new one for anything: who sets one of
 * them finds both. Source: EnforceDataSourceBackwardsCompatibility and NormalizeDataSources in pkg/api/persistentvolumeclaim/util.go.
 */
export function deriveClaim<C extends { readonly spec: PersistentVolumeClaimSpec }>(claim: C): C {
  const { dataSource, dataSourceRef, ...rest } = claim.spec;
  const known = dataSource !== undefined && isOldSource(dataSource) ? dataSource : undefined;
  const isElsewhere = (dataSourceRef?.namespace ?? "") !== "";
  const old = known ?? (dataSourceRef === undefined || isElsewhere ? undefined : local(dataSourceRef));
  const next = dataSourceRef ?? known;
  return { ...claim, spec: { ...rest, ...(old && { dataSource: old }), ...(next && { dataSourceRef: next }) } };
}

/** What the old field could name from the beginning; it forgets anything else. */
const isOldSource = ({ apiGroup = "", kind }: TypedLocalObjectReference): boolean =>
  (kind === "PersistentVolumeClaim" && apiGroup === "") ||
  (kind === "VolumeSnapshot" && apiGroup === "snapshot.storage.k8s.io");

const local = ({ apiGroup, kind, name }: TypedObjectReference): TypedLocalObjectReference => ({
  kind,
  name,
  ...(apiGroup !== undefined && { apiGroup }),
});
