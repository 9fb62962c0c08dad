import type { Ingress } from "#api/networking/ingress.ts";
import { closest } from "../../likeness.ts";
import { explain } from "../../reasons.ts";
import type { PassedOver, RouteExplanation } from "../../routes/explain-route.ts";
import { nginxController } from "../../routes/route-book.ts";
import type { Finding } from "../../routes/route-table.ts";
import { type Evidence, type Fix, type Hop, named } from "../story.ts";
import { fixPod } from "../why.ts";
import type { TracedRequest } from "./request.ts";
import { byInterest, findingEvidence, objectOf, passedOverEvidence, showHost } from "./route-words.ts";
import { nameOf, type Routing } from "./routing.ts";

type Why = Omit<Hop, "kind" | "outcome">;

/** Where a 404 comes from, and which field would change it. */
export function whyNoRule(request: TracedRequest, { hosts, others }: RouteExplanation, routing: Routing): Why {
  const foreign = notServed(request.host, routing);
  if (hosts.length === 0) return foreign ?? withoutHost(request, routing);
  const refused = findingsFor(request.host, routing).filter(({ weight }) => weight === "refused");
  const [nearest] = byInterest(others);
  const near = nearest && nearMiss(nearest, request);
  const shown = hosts.map(showHost).join(", ");
  return {
    because: nearest === undefined || near === undefined ? "NoRuleForPath" : nearest.because,
    tells: `no path of the rules for ${shown} fits ${request.path}: 404`,
    evidence: [...refused.slice(0, 3).map(findingEvidence), ...passedOverEvidence(others)],
    fix:
      near ??
      refusedFix(refused.filter((finding) => costsRule(finding, others))) ??
      alsoPath(request, { nearest, routing }),
  };
}

/** A path that differs by its case or by the slash at the end. */
function nearMiss({ because, route }: PassedOver, request: TracedRequest): Fix | undefined {
  const object = objectOf(route.origin);
  const { field } = route.origin;
  if (because === "TrailingSlashDiffers") return { object, field: `${field}.pathType`, change: "Prefix" };
  if (because !== "CaseDiffers") return undefined;
  const change = route.match.path.kind === "exact" ? request.path : `as in ${request.path}`;
  return { object, field: `${field}.path`, change };
}

/** Whether a rule is missing for it: what is wrong elsewhere, or with the backend of a rule that is there, does not make a 404. */
const costsRule = ({ origin }: Finding, others: readonly PassedOver[]): boolean =>
  origin.field.startsWith("spec.rules") &&
  !others.some(({ route }) => route.origin.name === origin.name && origin.field.startsWith(route.origin.field));

const refusedFix = ([first]: readonly Finding[]): Fix | undefined =>
  first && { object: objectOf(first.origin), field: first.origin.field, change: `a value that can be served` };

function alsoPath(
  { host, path }: TracedRequest,
  { nearest, routing }: { readonly nearest: PassedOver | undefined; readonly routing: Routing },
): Fix {
  const own = nearest?.route.origin;
  const [ingress] = routing.ingressesOf(host);
  const object = own === undefined ? ingress && named("Ingress", ingress) : objectOf(own);
  const field = own?.field.replace(/\.paths\[\d+\]$/, ".paths") ?? "spec.rules";
  const [first = ""] = path.split("/").slice(1);
  return { object: object ?? "Ingress", field, change: `also a path for it, such as Prefix /${first}` };
}

/** An Ingress has the host, and this controller doesn't serve that Ingress, or not its rule. */
function notServed(host: string, routing: Routing): Why | undefined {
  const [ingress] = routing.ingressesOf(host);
  if (ingress === undefined) return undefined;
  const entry = routing.book.entry(nameOf(ingress));
  if (entry?.ownership.kind === "notOurs") return foreignWhy(ingress, routing);
  const refused = routing.book.findingsOf(nameOf(ingress)).filter(({ weight }) => weight === "refused");
  const [first] = refused;
  if (first === undefined) return undefined;
  return {
    because: first.because,
    tells: `${named("Ingress", ingress)} has a rule for ${host} that is not served: 404`,
    evidence: refused.slice(0, 3).map(findingEvidence),
    fix: { object: objectOf(first.origin), field: first.origin.field, change: "a value that can be served" },
  };
}

/** An Ingress of another class, of one that isn't there, or of none. */
export function foreignWhy(ingress: Ingress, routing: Routing): Why | undefined {
  const ownership = routing.book.entry(nameOf(ingress))?.ownership;
  if (ownership?.kind !== "notOurs") return undefined;
  const object = named("Ingress", ingress);
  const { because, field } = ownership;
  const className = ingress.spec.ingressClassName ?? ingress.metadata.annotations?.["kubernetes.io/ingress.class"];
  const served = routing.objects.classes
    .filter(({ spec }) => routing.serves(spec.controller ?? ""))
    .map(({ metadata }) => metadata.name);
  const known = routing.objects.classes.find(({ metadata }) => metadata.name === className);
  const evidence: Evidence[] = [{ object, field, value: className ?? "(none)" }];
  if (known !== undefined)
    evidence.push({
      object: `IngressClass ${known.metadata.name}`,
      field: "spec.controller",
      value: known.spec.controller ?? "",
    });
  const pod = known?.spec.controller === nginxController.controller ? routing.controllerPod : undefined;
  if (pod !== undefined)
    return {
      because,
      tells: `${object} is not served by this controller: ${explain(because)}`,
      evidence,
      fix: fixPod(pod, "spec.containers[0].args", "also --serve-nginx-class"),
    };
  const change = closest(className ?? "", served) ?? served[0] ?? "a class that is served here";
  return {
    because,
    tells: `${object} is not served by this controller: ${explain(because)}`,
    evidence,
    fix: { object, field: "spec.ingressClassName", change },
  };
}

function withoutHost({ host }: TracedRequest, routing: Routing): Why {
  const hosts = routing.hosts();
  const near = closest(host, hosts);
  const isAddress = /^[\d.]+$|^\[/.test(host);
  const tells = isAddress
    ? `an address alone is no host of a rule, and no rule is for any host: 404`
    : `no rule is for ${host}: 404`;
  const shown = hosts.slice(0, 5).join(", ");
  const evidence: readonly Evidence[] =
    hosts.length === 0 ? [] : [{ seen: `rules are for ${shown}${hosts.length > 5 ? " and others" : ""}` }];
  const fix: Fix =
    near !== undefined || (isAddress && hosts[0] !== undefined)
      ? { object: "the target", field: "host", change: near ?? hosts[0] ?? "" }
      : { object: "Ingress", field: "spec.rules[*].host", change: `also ${host}` };
  return { because: "NoRuleForHost", tells, evidence, fix };
}

/** What Ingresses with a rule for the host are told. */
export const findingsFor = (host: string, routing: Routing): readonly Finding[] =>
  routing.ingressesOf(host).flatMap((one) => routing.book.findingsOf(nameOf(one)));
