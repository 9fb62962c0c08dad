import { closest } from "../../likeness.ts";
import { type Evidence, type Hop, named } from "../story.ts";
import type { Atlas } from "../world.ts";
import { whyUnanswered } from "./ingress-target.ts";
import { addressesOf } from "./routing.ts";

/** The Ingress whose host a name is, and which has the address that it is answered with. */
export function hostEvidence(host: string, address: string, atlas: Atlas): readonly Evidence[] {
  const bare = host.toLowerCase().replace(/\.$/, "");
  const found = (atlas.routing()?.ingressesOf(bare) ?? []).find((one) => addressesOf(one).includes(address));
  if (found === undefined) return [];
  const index = (found.spec.rules ?? []).findIndex(({ host: own = "" }) => own === bare || own.startsWith("*."));
  const object = named("Ingress", found);
  return [
    { object, field: `spec.rules[${index}].host`, value: found.spec.rules?.[index]?.host ?? "" },
    { object, field: "status.loadBalancer.ingress", value: addressesOf(found).join(", ") },
  ];
}

/** Why nobody knows a name that an Ingress has a rule for, or one like it; undefined where none has. */
export function unansweredHost(host: string, atlas: Atlas): Hop | undefined {
  const routing = atlas.routing();
  const bare = host.toLowerCase().replace(/\.$/, "");
  if (routing === undefined) return undefined;
  const ingress = routing.ingressesOf(bare)[0];
  if (ingress !== undefined && addressesOf(ingress).length === 0)
    return { kind: "name", outcome: "stops", ...whyUnanswered(ingress, routing, atlas) };
  const near = closest(bare, routing.hosts());
  if (ingress !== undefined || near === undefined) return undefined;
  const tells = `nobody knows ${bare}, and no Ingress has a rule for it`;
  const fix = { object: "the target", field: "host", change: near };
  return {
    kind: "name",
    outcome: "stops",
    because: "NoSuchName",
    tells,
    evidence: [{ seen: `an Ingress has a rule for ${near}` }],
    fix,
  };
}
