import type { Ip } from "#net/ip.ts";
import type { Frontend, ServiceEntry } from "./service-map.ts";

interface Place {
  readonly ip: Ip;
  readonly port: number;
}

/** A UDP flow that the kernel tracks: where the client sends to, and who answers. They differ where the flow is translated. */
export interface Flow {
  readonly to: Place;
  readonly answeredBy: Place;
}

/** A UDP frontend whose flows are to be looked through: whoever answers must be one of `members`. */
export interface Watched {
  readonly at: Place;
  readonly members: readonly Place[];
}

/**
 * The UDP frontends of which some flow may have gone stale between two states of a Service. A UDP flow lives as long as its client
 * keeps sending, to an endpoint that may be long gone; a TCP connection notices by itself. Also a frontend that gets its first
 * endpoint is one: flows from before were not translated.
 */
export function flowsToCheck(
  before: ServiceEntry | undefined,
  after: ServiceEntry | undefined,
  nodeAddresses: readonly Ip[],
): readonly Watched[] {
  const [old, now] = [udpMembers(before, nodeAddresses), udpMembers(after, nodeAddresses)];
  const watched: Watched[] = [];
  for (const [key, { at, members }] of old) {
    const left = new Set(now.get(key)?.members.map(nameOf));
    if (members.some((member) => !left.has(nameOf(member)))) watched.push(now.get(key) ?? { at, members: [] });
  }
  for (const [key, { at, members }] of now) {
    const had = old.get(key)?.members.length ?? 0;
    if (had === 0 && members.length > 0) watched.push({ at, members });
  }
  return watched;
}

/** Those of the flows that a client must lose, so that its next packet is translated anew. */
export function staleFlows<F extends Flow>(flows: readonly F[], watched: readonly Watched[]): readonly F[] {
  const expected = new Map(watched.map(({ at, members }) => [nameOf(at), new Set(members.map(nameOf))]));
  return flows.filter(({ to, answeredBy }) => {
    const members = expected.get(nameOf(to));
    if (members === undefined || members.has(nameOf(answeredBy))) return false;
    // Untranslated and without endpoints: a program of the node that listens there, or an answer still to come.
    return nameOf(to) !== nameOf(answeredBy) || members.size > 0;
  });
}

export const nameOf = ({ ip, port }: Place): string => `${ip.text} ${port}`;

function udpMembers(entry: ServiceEntry | undefined, nodeAddresses: readonly Ip[]): ReadonlyMap<string, Watched> {
  const all = new Map<string, Watched>();
  for (const frontend of entry?.frontends ?? []) {
    if (frontend.protocol !== "UDP") continue;
    const members = membersOf(frontend);
    const ips = frontend.at === "NodeAddresses" ? nodeAddresses : frontend.at;
    for (const ip of ips) {
      if (ip.family !== frontend.family) continue;
      const at = { ip, port: frontend.port };
      all.set(nameOf(at), { at, members });
    }
  }
  return all;
}

const membersOf = ({ cases }: Frontend): readonly Place[] =>
  cases.flatMap(({ verdict }) => (verdict.kind === "forward" ? verdict.pool.members : []));
