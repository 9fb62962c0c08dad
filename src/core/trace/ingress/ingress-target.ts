import type { Ingress } from "#api/networking/ingress.ts";
import { showHost } from "#net/http1/authority.ts";
import { closest } from "../../likeness.ts";
import { whyNobody } from "../nobody.ts";
import { pendingBalancer } from "../pending-balancer.ts";
import { type Evidence, type Fix, type Hop, named } from "../story.ts";
import type { Target } from "../target.ts";
import type { Atlas } from "../world.ts";
import { controllerService } from "./entrance.ts";
import { foreignWhy } from "./no-rule.ts";
import { addressesOf, type Routing } from "./routing.ts";

export type PlaceTarget = Extract<Target, { readonly kind: "place" }>;

/** An Ingress as a URL that it serves: that of its first path. */
export type AsUrl =
  | { readonly kind: "url"; readonly target: PlaceTarget; readonly warnings: readonly string[] }
  | { readonly kind: "stops"; readonly hop: Hop };

export function urlOfIngress(
  { namespace, name }: { readonly namespace: string; readonly name: string },
  atlas: Atlas,
): AsUrl {
  const routing = atlas.routing();
  const unread = atlas.world.unread.get("ingresses");
  if (routing === undefined)
    return stopped("unknown", {
      because: "NotReadable",
      tells: "Ingresses can't be read",
      evidence: unread === undefined ? [] : [{ seen: unread }],
    });
  const ingress = routing.ingress(`${namespace}/${name}`);
  if (ingress === undefined) return stopped("stops", missing(namespace, name, routing));
  const without = addressesOf(ingress).length === 0 ? whyUnanswered(ingress, routing, atlas) : undefined;
  if (without !== undefined) return stopped("stops", without);
  const { url, count } = firstUrl(ingress);
  const parsed = new URL(url);
  const isTls = parsed.protocol === "https:";
  const host = parsed.hostname.replace(/^\[|\]$/g, "");
  const warnings = count > 1 ? [`${named("Ingress", ingress)} has ${count} paths; this is ${url}`] : [];
  return { kind: "url", target: { kind: "place", host, port: isTls ? 443 : 80, protocol: "TCP", url }, warnings };
}

const stopped = (outcome: Hop["outcome"], why: Omit<Hop, "kind" | "outcome">): AsUrl => ({
  kind: "stops",
  hop: { kind: "address", outcome, ...why },
});

function missing(namespace: string, name: string, { objects }: Routing): Omit<Hop, "kind" | "outcome"> {
  const all = objects.ingresses.map(({ metadata }) => metadata);
  const elsewhere = all.find((one) => one.name === name)?.namespace;
  const near = closest(
    name,
    all.filter((one) => one.namespace === namespace).map((one) => one.name),
  );
  const change = elsewhere !== undefined ? `ingress/${elsewhere}/${name}` : near && `ingress/${near}`;
  const tells = `there is no Ingress ${namespace}/${name}${elsewhere === undefined ? "" : `, but one in namespace ${elsewhere}`}`;
  return {
    because: elsewhere === undefined ? "NoSuchIngress" : "InOtherNamespace",
    tells,
    evidence: [],
    ...(change !== undefined && { fix: { object: "the target", field: "name", change } }),
  };
}

/** A host of its rules, a label in the place of `*`, and as much of the path as is no pattern. */
function firstUrl(ingress: Ingress): { readonly url: string; readonly count: number } {
  const { rules = [], tls = [] } = ingress.spec;
  const [rule] = rules;
  const [address = ""] = addressesOf(ingress);
  const host = rule?.host?.replace(/^\*/, "www") ?? showHost(address);
  const path = rule?.http?.paths[0]?.path ?? "/";
  const isTls = tls.some(({ hosts = [] }) => hosts.length === 0 || hosts.includes(rule?.host ?? ""));
  const plain = /^[^()[\]{}*+?^$|\\]*/.exec(path)?.[0] ?? "/";
  const count = rules.reduce((sum, { http }) => sum + (http?.paths.length ?? 0), 0);
  return { url: `${isTls ? "https" : "http"}://${host}${plain.startsWith("/") ? plain : "/"}`, count };
}

/** Why an Ingress has no address, so that its hosts have none. */
export function whyUnanswered(ingress: Ingress, routing: Routing, atlas: Atlas): Omit<Hop, "kind" | "outcome"> {
  const foreign = foreignWhy(ingress, routing);
  if (foreign !== undefined) return foreign;
  const object = named("Ingress", ingress);
  const evidence: Evidence[] = [{ object, field: "status.loadBalancer", value: "nothing" }];
  const service = controllerService(atlas);
  if (service !== undefined && (service.status.loadBalancer.ingress ?? []).length === 0) {
    const why = pendingBalancer(service, atlas);
    return { ...why, evidence: [...evidence, ...why.evidence], tells: `${object} has no address: ${why.tells}` };
  }
  const why = service && whyNobody(service, service.spec.ports?.[0], atlas);
  if (why !== undefined && why.because !== "EndpointsBehind" && why.because !== "NotReadable")
    return {
      ...why,
      evidence: [...evidence, ...why.evidence],
      tells: `${object} has no address: nobody stands behind ${named("Service", service ?? ingress)}: ${why.tells}`,
    };
  const tells = `${object} has no address yet: no ingress controller has taken it up`;
  const fix: Fix =
    service === undefined
      ? {
          object: "the cluster",
          field: "ingress controller",
          change: "one that runs: portolan ingress, or the one that comes with portolan up",
        }
      : { object: named("Service", service), field: "spec.selector", change: "pods of an ingress controller that run" };
  return { because: "IngressUnanswered", tells, evidence, fix };
}
