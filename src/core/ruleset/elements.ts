import type { Cidr } from "#net/cidr.ts";
import type { Ip } from "#net/ip.ts";
import type { Endpoint, Frontend, Pool, ServiceEntry } from "../services/service-map.ts";
import { admittedAt } from "../services/sources.ts";
import { seatsIn } from "./adoption.ts";
import type { ChainBook } from "./chain-book.ts";
import { ofFamily } from "./frame.ts";
import type { Listing } from "./listing.ts";
import { numbered, seated } from "./seats.ts";
import { nodeSeats, pickChain, refusalChain } from "./shapes.ts";
import type { At, Element, Target } from "./table.ts";

/** What the elements of an entry depend on besides the entry. */
export interface Place {
  readonly nodeName: string;
  /** The node's own. */
  readonly nodeAddresses: readonly Ip[];
  /** Those of them where node ports are served. */
  readonly nodePortAddresses: readonly Ip[];
  readonly clusterCidrs: readonly Cidr[];
}

/** Who sat where, by frontend and pool. */
export type Seating = ReadonlyMap<string, readonly Target[]>;

export interface Layout {
  readonly elements: readonly Element[];
  readonly seating: Seating;
}

/**
 * The elements of one Service; `before` is the seating of its last layout, `found` the table of an earlier run. Chains of new shapes
 * are added to `book`.
 */
export function layoutOf(
  entry: ServiceEntry,
  place: Place,
  { before, found, book }: { before: Seating; found: Listing | undefined; book: ChainBook },
): Layout {
  const seating = new Map<string, readonly Target[]>();
  const elements: Element[] = entry.addresses.map(({ ip, ours }) => ({
    in: ours ? "addresses" : "others",
    ip,
  }));
  for (const frontend of entry.frontends) {
    const pods = ofFamily(place.clusterCidrs, frontend.family);
    const pick = pickChain(frontend, pods, book);
    const refuse = refusalChain(frontend, pods, book);
    const places = addressesOf(frontend, place);
    const pools = poolsOf(frontend).map(({ scope, members: all }) => {
      const seat = `${frontend.id} ${scope}`;
      const [at] = places;
      const last = before.get(seat) ?? (found && at ? seatsIn(found, frontend, { at, scope, count: all.length }) : []);
      const members = seated(last, all);
      seating.set(seat, members);
      return { scope, members };
    });
    for (const at of places) {
      if (pick !== undefined) elements.push({ in: "services", at, go: pick });
      if (refuse !== undefined) elements.push({ in: "refusals", at, go: refuse });
      elements.push(...sourceElements(frontend, at, place));
      for (const pool of pools) elements.push(...seatElements(at, pool, frontend.affinitySeconds > 0));
    }
    for (const { members } of pools) elements.push(...hairpinElements(members, place));
  }
  return { elements, seating };
}

/** Where a frontend is reached on this node. */
export function addressesOf({ at, via, family, protocol, port }: Frontend, place: Place): readonly At[] {
  const own = via === "NodePort" ? place.nodePortAddresses : place.nodeAddresses;
  const ips = at === "NodeAddresses" ? own.filter((ip) => ip.family === family) : at;
  return ips.map((ip) => ({ ip, protocol, port }));
}

function sourceElements({ sources }: Frontend, at: At, { nodeAddresses }: Place): readonly Element[] {
  if (sources.kind === "anyone") return [];
  return [{ in: "sources", at, blocks: admittedAt(at.ip, sources.ranges, nodeAddresses) }];
}

/** The pools that a frontend's cases send to, each scope once. */
export function poolsOf({ cases }: Frontend): readonly Pool[] {
  const pools = new Map<Pool["scope"], Pool>();
  for (const { verdict } of cases) if (verdict.kind === "forward") pools.set(verdict.pool.scope, verdict.pool);
  return [...pools.values()];
}

interface Seated {
  readonly scope: Pool["scope"];
  readonly members: readonly Endpoint[];
}

function seatElements(at: At, { scope, members }: Seated, sticky: boolean): readonly Element[] {
  const first = scope === "cluster" ? 0 : nodeSeats;
  const numbers = sticky ? numbered(members, scope) : [];
  return members.flatMap(({ ip, port }, i): readonly Element[] => {
    const [seat, number, to] = [first + i, numbers[i], { ip, port }];
    if (number === undefined) return [{ in: "endpoints", at, seat, to }];
    return [
      { in: "seats", at, seat, number },
      { in: "members", at, number, to },
    ];
  });
}

// Only a pod of this node can meet itself here; a slice that names no node may mean one.
function hairpinElements(members: readonly Endpoint[], { nodeName, nodeAddresses }: Place): readonly Element[] {
  return members.flatMap(({ ip, nodeName: node = nodeName }) =>
    node === nodeName && !nodeAddresses.some((own) => own.text === ip.text) ? [{ in: "hairpins", ip }] : [],
  );
}
