import { mustIp } from "#net/ip.ts";
import { explainRoute, type PassedOver } from "../../routes/explain-route.ts";
import type { Route } from "../../routes/route-table.ts";
import type { Client } from "../client.ts";
import type { Place } from "../place.ts";
import { podHops } from "../pod-hops.ts";
import type { Hop } from "../story.ts";
import type { Atlas } from "../world.ts";
import { type BackendStory, backendStories, backendStory } from "./backend-hop.ts";
import type { Entrance } from "./entrance.ts";
import { filterStory, type Refusal } from "./filter-hop.ts";
import { whyNoRule } from "./no-rule.ts";
import { requestOf, type TracedRequest } from "./request.ts";
import { messageOf, objectOf, passedOverEvidence, routeEvidence, showHost, showPath } from "./route-words.ts";
import type { Routing } from "./routing.ts";
import { passthroughOf, tlsHop } from "./tls-hop.ts";

/** From the ingress controller to the pods. */
export interface IngressStory {
  readonly hops: readonly Hop[];
  readonly warnings: readonly string[];
  /** What the client is answered where the controller answers by itself; undefined: what the backend says. */
  readonly status: number | undefined;
  /** What filters may answer that depend on more than the objects say. */
  readonly refusals: readonly Refusal[];
}

interface Asking {
  readonly client: Client;
  readonly atlas: Atlas;
  readonly entrance: Entrance;
  readonly routing: Routing;
  /** Whose URL it is, where an Ingress was asked for: `namespace/name`. */
  readonly asked: string | undefined;
  /** What has put the node's address in the place of the client's: `Service portolan-system/portolan-ingress`. */
  readonly masking: string | undefined;
  /** The node whose controller takes the request. */
  readonly node: string | undefined;
}

/** So many endpoints of a backend are looked at one by one. */
const mostEnds = 3;

export function ingressStory(url: string, place: Place, asking: Asking): IngressStory {
  const { client, entrance, routing } = asking;
  const own = client.ips.find(({ family }) => family === place.ip.family) ?? mustIp("0.0.0.0");
  const request = requestOf(url, own);
  const listener = listenerHop(url, entrance);
  if (listener.outcome === "stops") return { hops: [listener], warnings: [], status: 400, refusals: [] };
  if (request === undefined) return { hops: [listener, refused], warnings: [], status: 400, refusals: [] };
  const passthrough = request.scheme === "https" ? passthroughOf(request.host, routing) : undefined;
  if (passthrough !== undefined) {
    const { origin, backend } = passthrough;
    const tells = `TLS for ${request.host} is passed on to the backend, which shows its own certificate`;
    const evidence = [{ object: objectOf(origin), field: origin.field, value: passthrough.host }];
    const tls: Hop = { kind: "tls", outcome: "passes", because: "TlsPassedOn", tells, evidence };
    const story = backendStory(backend, "", { atlas: asking.atlas, routing, origin });
    return { hops: [listener, tls, ...behind([story], asking)], warnings: [], status: undefined, refusals: [] };
  }
  const tls = request.scheme === "https" ? [tlsHop(request.host, routing)] : [];
  const rest = ruleStory(request, asking);
  return { ...rest, hops: [listener, ...tls, ...rest.hops] };
}

const refused: Hop = {
  kind: "rule",
  outcome: "stops",
  because: "TargetRefused",
  tells: "the controller answers 400: an escaped slash, backslash, NUL, ? or #, or a path above the root",
  evidence: [],
};

function listenerHop(url: string, { protocol, what, evidence }: Entrance): Hop {
  const isTls = /^https:/i.test(url);
  const base = { kind: "listener", evidence } as const;
  if (isTls === (protocol === "HTTPS"))
    return {
      ...base,
      outcome: "passes",
      because: "ListenerTakes",
      tells: `${what} is where the ingress controller takes ${protocol}`,
    };
  const change = protocol === "HTTPS" ? "https" : "http";
  return {
    ...base,
    outcome: "stops",
    because: "OtherProtocol",
    tells: `${what} is where the ingress controller takes ${protocol}, and the URL is for ${isTls ? "HTTPS" : "HTTP"}`,
    fix: { object: "the target", field: "scheme", change },
  };
}

function ruleStory(request: TracedRequest, asking: Asking): IngressStory {
  const { routing } = asking;
  const set = [...routing.table.routeSets.values()][0] ?? { id: "", wildcards: "oneLabel", hosts: new Map() };
  const explanation = explainRoute(set, request);
  const { route, others } = explanation;
  if (route === undefined) {
    const hop: Hop = { kind: "rule", outcome: "stops", ...whyNoRule(request, explanation, routing) };
    return { hops: [hop], warnings: [], status: 404, refusals: [] };
  }
  const isMeant = asking.asked === undefined || asking.asked === route.origin.name;
  const rule = isMeant ? ruleHop(route, others) : takenHop(route, asking.asked, others);
  const filters = filterStory(route, request, asking);
  const { refusals } = filters;
  const warnings = [...sharedWarnings(route, routing), ...filters.warnings];
  if (filters.status !== undefined)
    return { hops: [rule, ...filters.hops], warnings, status: filters.status, refusals };
  const stories = backendStories(route.to, { atlas: asking.atlas, routing, origin: route.origin });
  const nobody = stories.length > 0 && stories.every(({ hop }) => hop.outcome === "stops");
  return {
    hops: [rule, ...filters.hops, ...behind(stories, asking)],
    warnings,
    status: nobody ? 503 : undefined,
    refusals,
  };
}

function ruleHop(route: Route, others: readonly PassedOver[]): Hop {
  const { origin, host, match } = route;
  return {
    kind: "rule",
    outcome: "passes",
    because: "RuleServes",
    tells: `${objectOf(origin)} serves it: ${showPath(match.path)} of ${showHost(host)}`,
    evidence: [routeEvidence(route), ...passedOverEvidence(others.filter(({ because }) => because !== "PathDiffers"))],
  };
}

/** An Ingress was asked for, and another one has the host and path. */
function takenHop(route: Route, asked: string, others: readonly PassedOver[]): Hop {
  const hidden = others.find((one) => one.route.origin.name === asked);
  const field = hidden?.route.origin.field ?? "spec.rules";
  const own = objectOf(route.origin);
  return {
    ...ruleHop(route, others),
    outcome: "stops",
    because: "RouteTaken",
    tells: `${own} serves it, and not Ingress ${asked}: ${showPath(route.match.path)} of ${showHost(route.host)}`,
    fix: { object: `Ingress ${asked}`, field, change: `a host or a path that ${own} doesn't have` },
  };
}

/** What the Ingress that serves it is told in general. */
function sharedWarnings({ origin }: Route, { book }: Routing): readonly string[] {
  const told = book
    .findingsOf(origin.name)
    .filter(({ because }) => because.startsWith("Annotation") || because === "SnippetRefused");
  return told.slice(0, 3).map((one) => `${objectOf(one.origin)}: ${one.origin.field}: ${messageOf(one)}`);
}

function behind(stories: readonly BackendStory[], { atlas, node }: Asking): readonly Hop[] {
  return stories.flatMap(({ hop, ends, exposed }) => [
    hop,
    ...ends
      .slice(0, mostEnds)
      .flatMap((end) =>
        podHops(end, { node, exposed: exposed(node ?? atlas.world.nodes[0]?.metadata.name ?? "") }, atlas),
      ),
  ]);
}
