import { type Ip, parseIp } from "#net/ip.ts";
import { answer } from "../dns/answer.ts";
import { isWithin, parseHostName } from "../dns/name.ts";
import { TYPE } from "../dns/record.ts";
import type { Reason } from "../reasons.ts";
import type { Client } from "./client.ts";
import { hostEvidence } from "./ingress/ingress-name.ts";
import { type Probe, probeKey } from "./probe.ts";
import { bareResolver, candidates, podResolver, type Resolver } from "./resolver.ts";
import { type Evidence, type Hop, named } from "./story.ts";
import { unknownName } from "./unknown-name.ts";
import type { Atlas } from "./world.ts";

/** What a name leads to for a client. */
export interface Resolved {
  readonly hops: readonly Hop[];
  readonly addresses: readonly Ip[];
  readonly warnings: readonly string[];
}

/** Answers as the cluster's DNS would, and tells why a name has no answer. An address needs none. */
export function resolve(host: string, client: Client, atlas: Atlas): Resolved {
  const literal = parseIp(host);
  if (literal !== undefined) return { hops: [], addresses: [literal], warnings: [] };
  const unread = atlas.world.unread.get("services");
  if (unread !== undefined)
    return ended(hop("unknown", "NotReadable", `what ${host} is can't be told`, [{ seen: unread }]));
  const resolver = client.pod === undefined ? bareResolver : podResolver(client.pod, atlas.world.facts);
  if (!resolver.asksCluster) return nodesResolver(host, client, resolver);
  for (const name of candidates(host, resolver)) {
    const found = ask(name, atlas);
    if (found.kind === "addresses") return known(host, found, { client, resolver, atlas });
    if (found.kind === "elsewhere" && found.aliases.length > 0) return elsewhere(host, found, atlas);
  }
  const meant = unknownName(host, client, atlas);
  const whole = parseHostName(host);
  const isShort = !host.replace(/\.$/, "").includes(".");
  const isClear = meant.fix !== undefined || meant.because !== "NoSuchName";
  if (whole === undefined || isWithin(whole, atlas.domain()) || (isShort && isClear)) return ended(meant);
  const others = elsewhere(host, { aliases: [], target: whole }, atlas);
  const [last] = others.hops;
  // Nobody else knows it either: then a name of the cluster was meant, if there is one like it.
  return last?.outcome === "stops" && meant.fix !== undefined
    ? ended({ ...meant, ...(last.probe && { probe: last.probe }) })
    : others;
}

const ended = (last: Hop): Resolved => ({ hops: [last], addresses: [], warnings: [] });

function hop(outcome: Hop["outcome"], because: Reason, tells: string, evidence: readonly Evidence[]): Hop {
  return { kind: "name", outcome, because, tells, evidence };
}

type Asked =
  | {
      readonly kind: "addresses";
      readonly name: string;
      /** Who has the addresses: another name where `name` is an alias. */
      readonly owner: string;
      readonly aliases: readonly string[];
      readonly addresses: readonly Ip[];
    }
  /** The cluster's DNS asks others for `target`. */
  | { readonly kind: "elsewhere"; readonly aliases: readonly string[]; readonly target: string }
  | { readonly kind: "nothing" };

function ask(name: string, atlas: Atlas): Asked {
  const answers = [TYPE.A, TYPE.AAAA].map((type) => answer(atlas.zoneFor(name), { name, type }, 0));
  const [first] = answers;
  if (first?.kind === "not ours") return { kind: "elsewhere", aliases: [], target: name };
  if (first?.kind === "leads out")
    return { kind: "elsewhere", aliases: first.aliases.map((one) => one.name), target: first.target };
  const records = answers.flatMap((one) => (one.kind === "complete" ? one.content.answers : []));
  const addresses = records.flatMap(({ rdata }) =>
    rdata.type === "A" || rdata.type === "AAAA" ? [rdata.address] : [],
  );
  const owner = records.find(({ rdata }) => rdata.type === "A" || rdata.type === "AAAA")?.name;
  const aliases = records.flatMap((one) => (one.rdata.type === "CNAME" ? [one.name] : []));
  return addresses.length === 0
    ? { kind: "nothing" }
    : { kind: "addresses", name, owner: owner ?? name, aliases: [...new Set(aliases)], addresses };
}

interface Asking {
  readonly client: Client;
  readonly resolver: Resolver;
  readonly atlas: Atlas;
}

function known(
  host: string,
  { name, owner, aliases, addresses }: Extract<Asked, { readonly kind: "addresses" }>,
  asking: Asking,
): Resolved {
  const { client, resolver, atlas } = asking;
  const texts = addresses.map(({ text }) => text).join(", ");
  const evidence = [
    ...[...aliases, owner].flatMap((one) => serviceEvidence(one, atlas)),
    ...hostEvidence(owner, addresses[0]?.text ?? "", atlas),
  ];
  const whole = name === `${host.toLowerCase()}.` || name === host.toLowerCase() ? "" : ` (${name.slice(0, -1)})`;
  const passes = hop("passes", "NameKnown", `${host}${whole} is ${texts}`, evidence);
  const searched: readonly Evidence[] =
    whole === "" || client.pod === undefined || resolver.field === undefined
      ? []
      : [{ object: named("Pod", client.pod), field: resolver.field.name, value: resolver.field.value }];
  if (client.pod !== undefined)
    return { hops: [{ ...passes, evidence: [...evidence, ...searched] }], addresses, warnings: [] };
  if (client.stands !== "outside") return { hops: [passes], addresses, warnings: nodeWarning(host) };
  return { hops: [{ ...passes, probe: resolveProbe(host) }], addresses, warnings: ownResolver(host, addresses, atlas) };
}

const nodeWarning = (host: string): readonly string[] => [
  `a node asks its own name servers, which need not know ${host}; here the cluster's DNS has answered`,
];

/** What this machine's own resolver says of it, where that was looked at. */
function ownResolver(host: string, addresses: readonly Ip[], { world }: Atlas): readonly string[] {
  const seen = world.seen.get(probeKey({ kind: "resolve", name: host }));
  const own = seen?.kind === "addresses" ? seen.addresses : undefined;
  if (own === undefined || addresses.some(({ text }) => own.includes(text))) return [];
  const says = own.length === 0 ? `does not know ${host}` : `takes ${host} for ${own.join(", ")}`;
  const [server] = world.facts.dnsAddresses;
  const fix = server === undefined ? "" : `; the cluster's DNS is ${server.text}`;
  return [`this machine's own resolver ${says}${fix}`];
}

/** What one would like to know of a name beyond the cluster's DNS. */
const resolveProbe = (host: string): Probe => ({ kind: "resolve", name: host });

function serviceEvidence(name: string, atlas: Atlas): readonly Evidence[] {
  const service = atlas.serviceOfName(name);
  if (service === undefined) return [];
  const object = named("Service", service);
  const { type, externalName = "", clusterIP = "", clusterIPs } = service.spec;
  if (type === "ExternalName") return [{ object, field: "spec.externalName", value: externalName }];
  return [{ object, field: "spec.clusterIP", value: clusterIPs?.join(", ") ?? clusterIP }];
}

/** Names of others: the cluster's DNS asks the machine's servers, and so may who tells the story. */
function elsewhere(
  host: string,
  { aliases, target }: Omit<Extract<Asked, { readonly kind: "elsewhere" }>, "kind">,
  atlas: Atlas,
): Resolved {
  const name = target.replace(/\.$/, "");
  const evidence = aliases.flatMap((one) => serviceEvidence(one, atlas));
  const via = aliases.length > 0 ? `${host} is an alias of ${name}` : `${host} is no name of the cluster`;
  return foreign({ name, via, evidence }, atlas);
}

interface Foreign {
  readonly name: string;
  readonly via: string;
  readonly evidence: readonly Evidence[];
}

function foreign({ name, via, evidence }: Foreign, { world }: Atlas): Resolved {
  const probe = resolveProbe(name);
  const seen = world.seen.get(probeKey(probe));
  if (seen?.kind !== "addresses") {
    const why = seen?.kind === "unseen" ? `: ${seen.because}` : "";
    return ended({ ...hop("unknown", "NameElsewhere", `${via}; other name servers are asked${why}`, evidence), probe });
  }
  const addresses = seen.addresses.map(parseIp).filter((ip) => ip !== undefined);
  if (addresses.length === 0) {
    const numeric = parseIp(name) === undefined ? "" : ", and an address is no name: use an EndpointSlice instead";
    return ended({
      ...hop("stops", "NoSuchName", `${via}, and this machine's name servers don't know ${name}${numeric}`, evidence),
      probe,
    });
  }
  const tells = `${via}; this machine's name servers say ${seen.addresses.join(", ")}`;
  return { hops: [{ ...hop("passes", "NameElsewhere", tells, evidence), probe }], addresses, warnings: [] };
}

function nodesResolver(host: string, { pod }: Client, { field }: Resolver): Resolved {
  const evidence: Evidence[] = [];
  if (pod !== undefined && field !== undefined) {
    const object = named("Pod", pod);
    evidence.push({ object, field: field.name, value: field.value });
    if (pod.spec.hostNetwork === true) evidence.push({ object, field: "spec.hostNetwork", value: "true" });
  }
  const because: Reason = "AsksNodesServers";
  const object = pod === undefined ? "Pod" : named("Pod", pod);
  const change = pod?.spec.hostNetwork === true ? "ClusterFirstWithHostNet" : "ClusterFirst";
  const stops = hop("stops", because, `the pod asks its node's name servers, which don't know ${host}`, evidence);
  return ended({ ...stops, fix: { object, field: "spec.dnsPolicy", change } });
}
