import type { Ingress } from "#api/networking/ingress.ts";
import { isJsonObject } from "#machinery/json.ts";

/** Whether `manager` is who has written where an Ingress is answered, also in an earlier life. Source: metadata.managedFields. */
export const hasWrittenAddresses = ({ metadata }: Ingress, manager: string): boolean =>
  (metadata.managedFields ?? []).some(
    (entry) =>
      entry.manager === manager &&
      entry.subresource === "status" &&
      holds(entry.fieldsV1, ["f:status", "f:loadBalancer", "f:ingress"]),
  );

function holds(fields: unknown, path: readonly string[]): boolean {
  let at = fields;
  for (const step of path) {
    if (!isJsonObject(at) || !(step in at)) return false;
    at = at[step];
  }
  return true;
}
