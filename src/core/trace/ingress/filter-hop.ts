import type { Ingress } from "#api/networking/ingress.ts";
import { explain, type Reason } from "../../reasons.ts";
import { applyFilters } from "../../routes/filters/apply.ts";
import type { Filtered } from "../../routes/filters/filtered.ts";
import type { Route } from "../../routes/route-table.ts";
import type { Client } from "../client.ts";
import { type Evidence, type Fix, type Hop, named } from "../story.ts";
import { annotationField, annotationsOf, type Filter } from "./filter-fields.ts";
import type { TracedRequest } from "./request.ts";
import type { Routing } from "./routing.ts";

/** What becomes of the request before a backend sees it. */
export interface FilterStory {
  readonly hops: readonly Hop[];
  readonly warnings: readonly string[];
  /** What the client is answered where no backend is asked. */
  readonly status: number | undefined;
  readonly refusals: readonly Refusal[];
}

/** An answer that a filter may give, depending on who asks or on what another service says. */
export interface Refusal {
  readonly statuses: readonly number[];
  readonly because: Reason;
}

interface Asking {
  readonly client: Client;
  readonly routing: Routing;
  readonly masking: string | undefined;
}

/** Tells of filters that do something with the request; nothing where it passes as it came. */
export function filterStory(route: Route, request: TracedRequest, { client, routing, masking }: Asking): FilterStory {
  const { sources, ...others } = route.filters;
  // Whoever is outside may have any address.
  const isAnybody = client.node === undefined && client.stands === "outside";
  const asked: Route = isAnybody ? { ...route, filters: others } : route;
  const filtered = applyFilters(asked, request);
  const ingress = routing.ingress(route.origin.name);
  const evidence = (of: Filter): readonly Evidence[] => annotationsOf(ingress, of);
  const hops: Hop[] = [];
  const refusals: readonly Refusal[] = [
    ...(isAnybody && sources !== undefined ? [{ statuses: [403], because: "ClientNotAllowed" } as const] : []),
    ...filtered.asks.flatMap((ask) => refusalOf(ask)),
  ];
  if (isAnybody && sources !== undefined)
    hops.push({
      kind: "filter",
      outcome: "unknown",
      because: "SourceRangesApply",
      tells: "only some clients may come in; the rest of this is told for one of them",
      evidence: evidence("sources"),
    });
  hops.push(...filtered.asks.flatMap((ask) => askHop(ask, evidence)));
  if (filtered.kind === "pass") {
    const changed = rewriteHop(filtered, request, evidence("rewrite"));
    return { hops: changed === undefined ? hops : [...hops, changed], warnings: [], status: undefined, refusals };
  }
  // What a route answers by itself is told of its backend.
  if (route.to.kind === "answer" && filtered.because === route.to.because)
    return { hops, warnings: [], status: undefined, refusals };
  const location = locationOf(filtered);
  return {
    hops: [...hops, answerHop(filtered, { ingress, routing, masking, client })],
    warnings: location === undefined ? [] : [`what comes then is another story: portolan trace ${location}`],
    status: filtered.status,
    refusals,
  };
}

function refusalOf(ask: Filtered["asks"][number]): readonly Refusal[] {
  switch (ask.kind) {
    case "rateLimit":
      return [{ statuses: [ask.limit.status], because: "RateExceeded" }];
    case "externalAuth": {
      const denied = [401, 403, ...(ask.request.signIn === undefined ? [] : [302])];
      return [
        { statuses: denied, because: "AuthDenies" },
        { statuses: [500], because: "AuthFails" },
      ];
    }
    case "basicAuth":
      return [{ statuses: [401], because: "CredentialsWrong" }];
  }
}

type Answered = Extract<Filtered, { readonly kind: "answer" }>;
interface Of extends Asking {
  readonly ingress: Ingress | undefined;
}

const locationOf = ({ headers }: Answered): string | undefined =>
  headers.find(({ name }) => name === "location")?.value;

function answerHop(filtered: Answered, of: Of): Hop {
  const { ingress, routing } = of;
  const { status, because } = filtered;
  const location = locationOf(filtered);
  if (location !== undefined)
    return {
      kind: "filter",
      outcome: "passes",
      because,
      tells: `the controller sends the client to ${location} (${status})`,
      evidence: annotationsOf(ingress, because === "RedirectsToHttps" ? "httpsRedirect" : "redirect"),
    };
  const filter = filterOf(because);
  const evidence = filter === undefined ? [] : annotationsOf(ingress, filter);
  const unread = because === "CredentialsUnreadable" ? [...routing.objects.unread.values()][0] : undefined;
  if (unread !== undefined)
    return {
      kind: "filter",
      outcome: "unknown",
      because: "NotReadable",
      tells: "who may come in can't be told",
      evidence: [{ seen: unread }],
    };
  const fix = fixOf(filtered, evidence, of);
  return {
    kind: "filter",
    outcome: "stops",
    because,
    tells: `the controller answers ${status}${asSeen(filtered, of)}: ${explain(because)}`,
    evidence,
    ...(fix && { fix }),
  };
}

/** Whose address has decided. */
function asSeen({ because }: Answered, { client, masking }: Of): string {
  if (because !== "ClientNotAllowed") return "";
  const ip = client.ips.map(({ text }) => text).join(", ");
  return masking === undefined ? ` to ${ip}` : ` to ${ip}, the node's address that it sees`;
}

function filterOf(because: Answered["because"]): Filter | undefined {
  switch (because) {
    case "ClientNotAllowed":
      return "sources";
    case "CredentialsMissing":
    case "CredentialsUnreadable":
      return "basicAuth";
    case "RewriteNotNormal":
      return "rewrite";
    default:
      return undefined;
  }
}

function fixOf(
  { because }: Answered,
  evidence: readonly Evidence[],
  { ingress, masking, client }: Of,
): Fix | undefined {
  const [first] = evidence;
  const object = ingress === undefined ? "Ingress" : named("Ingress", ingress);
  const field = first !== undefined && "field" in first ? first.field : "metadata.annotations";
  switch (because) {
    case "CredentialsMissing":
      return {
        object: "the request",
        field: "header Authorization",
        change: "a name and a password (curl -u NAME:PASSWORD)",
      };
    case "CredentialsUnreadable":
      return {
        object,
        field: annotationField("auth-secret"),
        change: "a Secret with a key auth, as htpasswd writes it",
      };
    case "ClientNotAllowed":
      if (masking !== undefined && client.stands === "outside")
        return {
          object: masking,
          field: "spec.externalTrafficPolicy",
          change: "Local, so that the controller sees the client's address",
        };
      return { object, field, change: "a block that the client's address is in" };
    case "RewriteNotNormal":
      return { object, field, change: "a value that makes a path without // and dot segments" };
    default:
      return undefined;
  }
}

function askHop(ask: Filtered["asks"][number], evidence: (of: Filter) => readonly Evidence[]): readonly Hop[] {
  if (ask.kind !== "externalAuth") return [];
  const tells = `${ask.request.url} is asked first: 2xx lets the request pass, 401 and 403 are passed on`;
  return [{ kind: "filter", outcome: "unknown", because: "AsksService", tells, evidence: evidence("externalAuth") }];
}

function rewriteHop(
  { path, query, host }: Extract<Filtered, { readonly kind: "pass" }>,
  request: TracedRequest,
  evidence: readonly Evidence[],
): Hop | undefined {
  if (path === request.path && query === request.query && host === request.authority) return undefined;
  const at = host === request.authority ? "" : ` of ${host}`;
  const tells = `the backend is asked for ${path}${query === "" ? "" : `?${query}`}${at}`;
  return { kind: "filter", outcome: "passes", because: "Rewritten", tells, evidence };
}
