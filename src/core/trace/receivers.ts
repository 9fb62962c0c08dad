import { blockOf, contains } from "#net/cidr.ts";
import { type Ip, mustIp } from "#net/ip.ts";
import { explain } from "../reasons.ts";
import type { Case, Endpoint, Pool } from "../services/service-map.ts";
import { admittedAt } from "../services/sources.ts";
import type { Client } from "./client.ts";
import { whyNobody } from "./nobody.ts";
import type { Exposed } from "./place.ts";
import { type Evidence, type Fix, type Hop, showPlace } from "./story.ts";
import type { Atlas } from "./world.ts";

/** Whether the client may come in at all; undefined where everybody may. */
export function sourceHop(
  { object, frontend, node }: Exposed,
  vip: Ip,
  { client, atlas }: { readonly client: Client; readonly atlas: Atlas },
): { readonly hop: Hop; readonly ip: Ip } | undefined {
  const { sources, family } = frontend;
  if (sources.kind === "anyone") return undefined;
  const ranges = sources.ranges.map(({ text }) => text).join(", ");
  const evidence = [{ object, field: sources.field, value: ranges }];
  const own = client.ips.find((ip) => ip.family === family) ?? mustIp("0.0.0.0");
  const base = { kind: "source", evidence } as const;
  if (admittedAt(vip, sources.ranges, atlas.addressesOf(node).own).some((range) => contains(range, own)))
    return { ip: own, hop: { ...base, outcome: "passes", because: "SourceAllowed", tells: `${own.text} may come in` } };
  const [first] = sources.ranges.filter((range) => range.family === family);
  if (client.node === undefined && first !== undefined) {
    const tells = `only clients from ${ranges} may come in; the rest of this is told for one of them`;
    return { ip: first.first, hop: { ...base, outcome: "unknown", because: "SourceRangesApply", tells } };
  }
  const fix: Fix = { object, field: sources.field, change: `also ${blockOf(own).text}` };
  return {
    ip: own,
    hop: {
      ...base,
      outcome: "stops",
      because: "SourceRangeDenied",
      tells: `${own.text} is in none of the ranges that may come in`,
      fix,
    },
  };
}

/** Who receives what the client sends, and why the others don't. */
export function endpointsHop(exposed: Exposed, from: Case["from"], atlas: Atlas): Hop {
  const { frontend, owner } = exposed;
  const verdict = frontend.cases.find((one) => one.from === from)?.verdict;
  if (verdict === undefined || verdict.kind === "forward") {
    const pool: Pool = verdict?.pool ?? { scope: "cluster", members: [], leftOut: [] };
    return receive(pool, exposed, from);
  }
  const unread = atlas.world.unread.get("endpointslices");
  if (unread !== undefined) {
    const evidence = [{ seen: unread }];
    return {
      kind: "endpoints",
      outcome: "unknown",
      because: "NotReadable",
      tells: "who receives it can't be told",
      evidence,
    };
  }
  if (verdict.because === "NoLocalEndpoints") return notHere(exposed, atlas);
  if (owner.kind === "Pod") return receive({ scope: "cluster", members: [], leftOut: [] }, exposed, from);
  const why = whyNobody(owner.service, owner.port, atlas);
  const tells = `nobody receives it: ${why.tells}`;
  return { ...why, kind: "endpoints", outcome: "stops", tells };
}

/** The endpoints that receive it. */
export function membersFor({ frontend }: Exposed, from: Case["from"]): readonly Endpoint[] {
  const verdict = frontend.cases.find((one) => one.from === from)?.verdict;
  return verdict?.kind === "forward" ? verdict.pool.members : [];
}

const mostShown = 8;
export const showEndpoint = ({ ip, port, pod }: Endpoint): string =>
  `${showPlace(ip, port)}${pod === undefined ? "" : ` (pod ${pod})`}`;

function receive({ scope, members, leftOut }: Pool, exposed: Exposed, from: Case["from"]): Hop {
  const { object } = exposed;
  const all = members.length + leftOut.length;
  const told = members.slice(0, mostShown).map(showEndpoint).join(", ");
  const more = members.length > mostShown ? ` and ${members.length - mostShown} more` : "";
  const field = policyField(exposed, from);
  const evidence: Evidence[] = [
    { object, field: exposed.owner.kind === "Pod" ? "status.podIPs" : "EndpointSlices", value: `${told}${more}` },
    ...(scope === "node" && field !== undefined ? [{ object, field, value: "Local" }] : []),
    ...leftOut.slice(0, mostShown).map(({ endpoint, because }) => ({
      object,
      field: "EndpointSlices",
      value: `not ${showEndpoint(endpoint)}: ${explain(because)}`,
    })),
  ];
  const { affinitySeconds } = exposed.frontend;
  if (affinitySeconds > 0)
    evidence.push({ object, field: "spec.sessionAffinity", value: `ClientIP, ${affinitySeconds} s` });
  const tells = `${members.length} of ${all} ${all === 1 ? "endpoint" : "endpoints"} ${members.length === 1 ? "receives" : "receive"} it${scope === "node" ? ` on node ${exposed.node}` : ""}`;
  return { kind: "endpoints", outcome: "passes", because: "EndpointsReceive", tells, evidence };
}

/** The field that keeps a packet on its node. */
function policyField({ frontend }: Exposed, from: Case["from"]): string | undefined {
  if (frontend.via === "ClusterIP") return "spec.internalTrafficPolicy";
  return from === "outside" ? "spec.externalTrafficPolicy" : undefined;
}

function notHere(exposed: Exposed, atlas: Atlas): Hop {
  const { object, node, frontend } = exposed;
  const field = frontend.via === "ClusterIP" ? "spec.internalTrafficPolicy" : "spec.externalTrafficPolicy";
  const elsewhere = frontend.cases.flatMap(({ verdict }) => (verdict.kind === "forward" ? verdict.pool.members : []));
  const slices = atlas.slicesOf(exposed.entry.name).flatMap(({ endpoints }) => endpoints);
  const nodes = new Set([
    ...elsewhere.map(({ nodeName }) => nodeName),
    ...slices.filter(({ conditions }) => conditions.ready !== false).map(({ nodeName }) => nodeName),
  ]);
  const others = [...nodes].filter((one) => one !== undefined && one !== node).toSorted();
  const evidence: readonly Evidence[] = [
    { object, field, value: "Local" },
    { object, field: "EndpointSlices", value: `endpoints on ${others.join(", ") || "no node"}` },
  ];
  const tells = `no endpoint is on node ${node}, and the traffic policy is Local: the packet is dropped`;
  return {
    kind: "endpoints",
    outcome: "stops",
    because: "NoLocalEndpoints",
    tells,
    evidence,
    fix: {
      object,
      field,
      change: others.length > 0 && field.includes("external") ? `Cluster; or ask ${others.join(" or ")}` : "Cluster",
    },
  };
}
