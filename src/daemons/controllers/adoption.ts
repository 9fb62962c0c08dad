import type { OwnerReference } from "#api/meta/object-meta.ts";
import type { Patch } from "#client/resource.ts";
import { type ApiObject, refusedFor } from "#client/resource.ts";
import { adoptionPatch, type Claim, releasePatch } from "#core/workloads/owners.ts";

interface Claiming<O extends ApiObject> {
  readonly owner: ApiObject;
  readonly reference: OwnerReference;
  readonly claim: Claim<O>;
  readonly patch: (namespace: string, name: string, patch: Patch) => Promise<O>;
}

/** Makes the objects say whose they are. Whether anything changed: then the plan is to be made again, from what is so now. */
export async function settleClaim<O extends ApiObject>({
  owner,
  reference,
  claim,
  patch,
}: Claiming<O>): Promise<boolean> {
  const changes = [
    ...claim.adopt.map((object) => ({ object, body: adoptionPatch(reference, object) })),
    ...claim.release.map((object) => ({ object, body: releasePatch(owner, object) })),
  ];
  for (const { object, body } of changes)
    try {
      await patch(object.metadata.namespace, object.metadata.name, { type: "strategic", body });
    } catch (fault) {
      // gone, or another one by that name: not ours any more either way
      if (!refusedFor(fault, "NotFound", "Conflict", "Invalid")) throw fault;
    }
  return changes.length > 0;
}
