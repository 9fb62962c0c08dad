import type { Ip } from "#net/ip.ts";
import { internalIPs } from "../node.ts";
import { explain, type Reason } from "../reasons.ts";
import type { Origin } from "../services/service-map.ts";
import { aimAt } from "./aim.ts";
import { answerHop } from "./answer-hop.ts";
import { type Client, clientOf } from "./client.ts";
import { entranceAt, isController } from "./ingress/entrance.ts";
import { type IngressStory, ingressStory } from "./ingress/ingress-hops.ts";
import { urlOfIngress } from "./ingress/ingress-target.ts";
import { streamStory } from "./ingress/stream-story.ts";
import { landingOf } from "./landing.ts";
import type { Landing, Place } from "./place.ts";
import { podHops } from "./pod-hops.ts";
import { endpointsHop, membersFor, sourceHop } from "./receivers.ts";
import type { End, Fate, Hop, Outcome, Story } from "./story.ts";
import { type From, showFrom, showTarget, type Target } from "./target.ts";
import { Atlas, type World } from "./world.ts";

/** So many endpoints are looked at one by one. */
const mostEnds = 5;

/**
 * How `from` reaches `target`, hop by hop, or where that ends and what to change. What it says is what happens: endpoints and
 * refusals come from the ServiceMap, rules from a walk through the tree that is printed for the kernel. Hops that would like to
 * know more carry a probe; ask again with what was seen.
 */
export function traceOf(target: Target, from: From, world: World): Story {
  const atlas = new Atlas(world);
  const found = clientOf(from, atlas);
  const told: Told =
    found.kind === "stops" ? { hops: [found.hop], warnings: [], fate: undefined } : tell(target, found.client, atlas);
  return { target: showTarget(target), from: showFrom(from), outcome: outcomeOf(told.hops), ...told };
}

type Told = Pick<Story, "hops" | "warnings" | "fate">;

/** What can't be looked at here, or who exactly comes from outside, doesn't keep the rest from being so. */
const undecisive: ReadonlySet<Hop["kind"]> = new Set(["port", "answer", "source", "rules", "filter"]);

function outcomeOf(hops: readonly Hop[]): Outcome {
  if (stops(hops)) return "stops";
  if (hops.some(({ kind, outcome }) => kind === "answer" && outcome === "passes")) return "passes";
  return hops.some(({ outcome, kind }) => outcome === "unknown" && !undecisive.has(kind)) ? "unknown" : "passes";
}

const stops = (hops: readonly Hop[]): boolean => hops.some(({ outcome }) => outcome === "stops");

function tell(target: Target, client: Client, atlas: Atlas): Told {
  if (target.kind !== "ingress") return tellPlain(target, undefined, { client, atlas });
  const asked = urlOfIngress(target, atlas);
  if (asked.kind === "stops") return { hops: [asked.hop], warnings: [], fate: undefined };
  const told = tellPlain(asked.target, `${target.namespace}/${target.name}`, { client, atlas });
  return { ...told, warnings: [...asked.warnings, ...told.warnings] };
}

type Plain = Exclude<Target, { readonly kind: "ingress" }>;

/** `asked`: the Ingress that the target is a URL of. */
function tellPlain(target: Plain, asked: string | undefined, { client, atlas }: Sent): Told {
  const aim = aimAt(target, client, atlas);
  const [first] = aim.places;
  if (first === undefined) return { hops: aim.hops, warnings: aim.warnings, fate: undefined };
  const landing = landingOf(first, client, atlas);
  const way = wayFrom(first, landing, { client, atlas });
  const told = [...aim.hops, landing.hop, ...way.hops];
  // A name may have several addresses that no rule concerns: those of a headless Service's pods.
  const ends = landing.kind === "direct" && aim.places.length > 1 ? aim.places : way.ends;
  const beyond = stops(told)
    ? []
    : ends.slice(0, mostEnds).flatMap((end) => podHops(end, { node: way.node, exposed: exposedOf(landing) }, atlas));
  const isForAll = !told.some(({ because }) => because === "SourceRangesApply");
  const arrives = !stops([...told, ...beyond]);
  const ingress = arrives ? behindIngress(target, first, { client, atlas, landing, way, asked }) : undefined;
  const last = arrives ? answerHop(target, first, { client, landing, atlas, isForAll, expected: ingress }) : undefined;
  const more =
    ends.length > mostEnds && beyond.length > 0
      ? [`${ends.length - mostEnds} more endpoints were not looked at one by one`]
      : [];
  const hops = [...told, ...beyond, ...(ingress?.hops ?? []), ...(last === undefined ? [] : [last])];
  return { hops, warnings: [...aim.warnings, ...more, ...(ingress?.warnings ?? [])], fate: way.fate };
}

interface Arrived extends Sent {
  readonly landing: Landing;
  readonly way: Way;
  readonly asked: string | undefined;
}

/** What the ingress controller does with a URL; undefined where it isn't one that comes to it. */
function behindIngress(target: Plain, place: Place, arrived: Arrived): IngressStory | undefined {
  const { client, atlas, landing, way, asked } = arrived;
  const url = target.kind === "place" ? target.url : undefined;
  const routing = atlas.routing();
  if (routing === undefined) return url === undefined ? undefined : unreadIngresses(landing, atlas);
  const [end] = way.ends;
  const entrance = entranceAt(place, landing, routing);
  if (entrance === undefined) return end && streamStory(end, { landing, atlas, routing });
  if (url === undefined) return undefined;
  const node = end && atlas.podAt(end.ip)?.spec.nodeName;
  const seen = seenBy(client, way, atlas);
  return ingressStory(url, place, {
    client: seen,
    atlas,
    entrance,
    routing,
    node,
    asked,
    masking: seen !== client ? exposedOf(landing)?.object : undefined,
  });
}

/** Who the controller takes the client for: the node that has put its own address in the place of the client's. */
function seenBy(client: Client, { fate, node: name }: Way, atlas: Atlas): Client {
  const node = name === undefined ? undefined : atlas.node(name);
  const isMasked = fate?.kind === "passes" && fate.ends.length > 0 && fate.ends.every(({ masqueraded }) => masqueraded);
  return isMasked && node !== undefined ? { ...client, ips: internalIPs(node), node: name } : client;
}

/** The way leads to the controller, and what it does can't be told. */
function unreadIngresses(landing: Landing, { world }: Atlas): IngressStory | undefined {
  const unread = world.unread.get("ingresses");
  const owner = landing.kind === "frontend" ? landing.at.owner : undefined;
  if (unread === undefined || owner?.kind !== "Service" || !isController(owner.service, new Set())) return undefined;
  const tells = "what the ingress controller does with it can't be told";
  const hop: Hop = { kind: "rule", outcome: "unknown", because: "NotReadable", tells, evidence: [{ seen: unread }] };
  return { hops: [hop], warnings: [], status: undefined, refusals: [] };
}

const exposedOf = (landing: Landing) => (landing.kind === "frontend" ? landing.at : undefined);

interface Way {
  readonly hops: readonly Hop[];
  readonly fate: Fate | undefined;
  /** Where packets end. */
  readonly ends: readonly Place[];
  readonly node: string | undefined;
}

interface Sent {
  readonly client: Client;
  readonly atlas: Atlas;
}

/** From an address to where the rules of the node send it. */
function wayFrom(place: Place, landing: Landing, { client, atlas }: Sent): Way {
  const node = landing.kind === "frontend" ? landing.at.node : landing.kind === "direct" ? landing.node : undefined;
  const own = client.ips.find(({ family }) => family === place.ip.family);
  if (node === undefined || own === undefined) return { hops: [], fate: undefined, ends: [place], node };
  const source = landing.kind === "frontend" ? sourceHop(landing.at, place.ip, { client, atlas }) : undefined;
  const hops: Hop[] = source === undefined ? [] : [source.hop];
  if (landing.kind === "frontend" && !stops(hops)) hops.push(endpointsHop(landing.at, originAt(client, node), atlas));
  if (hops.some(({ kind, outcome }) => kind === "endpoints" && outcome === "unknown"))
    return { hops, fate: undefined, ends: [], node };
  const unread = atlas.world.unread.get("nodes");
  if (unread !== undefined) {
    const members = landing.kind === "frontend" ? membersFor(landing.at, originAt(client, node)) : [];
    const ends = members.map(({ ip, port }) => ({ ip, port, protocol: place.protocol }));
    return { hops: [...hops, unreadRules(unread)], fate: undefined, ends, node };
  }
  const { hop, fate } = rulesHop(place, { ip: source?.ip ?? own, node, atlas });
  return { hops: [...hops, hop], fate, ends: fate.kind === "passes" ? fate.ends : [], node };
}

/** Rules depend on what Nodes tell of their addresses. */
const unreadRules = (why: string): Hop => ({
  kind: "rules",
  outcome: "unknown",
  because: "NotReadable",
  tells: "what the rules of nodes do can't be told",
  evidence: [{ seen: why }],
});

/** To the rules of another node a node is somebody outside; a pod keeps its address. */
const originAt = ({ origin, node }: Client, rules: string): Origin =>
  origin === "thisNode" && node !== rules ? "outside" : origin;

interface Walking {
  readonly ip: Ip;
  readonly node: string;
  readonly atlas: Atlas;
}

function rulesHop(place: Place, { ip, node, atlas }: Walking): { readonly hop: Hop; readonly fate: Fate } {
  const { protocol, port } = place;
  const { fate, trail } = atlas.rules(node, place.ip).walk({ protocol, from: ip, to: place.ip, port });
  const evidence = trail.map((one) => ({ node, ...one }));
  const base = { kind: "rules", evidence } as const;
  if (fate.kind !== "passes") {
    const does = fate.kind === "reject" ? "refuse it at once" : "drop it without a word";
    return {
      fate,
      hop: {
        ...base,
        outcome: "stops",
        because: fate.kind === "reject" ? "RulesRefuse" : "RulesDrop",
        tells: `the rules of node ${node} ${does}`,
      },
    };
  }
  const translated = fate.ends.some((end) => end.ip.text !== place.ip.text || end.port !== port);
  const because: Reason = translated ? "Translated" : "Untranslated";
  const does = translated
    ? `translate it to ${fate.ends.length === 1 ? "the endpoint" : `one of ${fate.ends.length} endpoints`}`
    : "let it pass";
  return {
    fate,
    hop: {
      ...base,
      outcome: "passes",
      because,
      tells: `the rules of node ${node} ${does}; ${sees(fate.ends, ip, translated)}`,
    },
  };
}

/** Whose address the receiver sees, and why where that isn't the client's. */
function sees(ends: readonly End[], client: Ip, translated: boolean): string {
  const masked = ends.filter(({ masqueraded }) => masqueraded);
  if (masked.length === 0) return "the receiver sees the client's address";
  if (!translated) return `the receiver sees the node's address: ${explain("LeavesCluster")}`;
  const isItself = masked.every(({ ip }) => ip.text === client.text);
  if (!isItself) return `the receiver sees the node's address: ${explain("ReplyMustReturnHere")}`;
  const others = masked.length < ends.length ? "others see the client's address, " : "";
  return `${others}the client itself sees the node's address: ${explain("Hairpin")}`;
}
