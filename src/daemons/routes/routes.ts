import { type Node, nodes } from "#api/core/node.ts";
import type { Informers } from "#client/informers.ts";
import { type NodePlace, placeOf } from "#core/nodes/node-places.ts";
import { type Standpoint, type TunnelEnd, tunnelEnd, type Way, waysTo } from "#core/nodes/ways.ts";
import type { Cidr } from "#net/cidr.ts";
import { bridgeBatch, ipBatch } from "#os/ip.ts";
import { type Link, readLinks, readRoutesOf } from "#os/links.ts";
import { CommandFailed } from "#os/spawn.ts";
import { type Again, changesOf, everything, type Failure, type Loop, loop } from "../loop.ts";
import { type Commands, clearWays, layWays, makeTunnel, removal, routeProtocol } from "./commands.ts";

export interface RoutesOptions {
  readonly nodeName: string;
  /** Follows Nodes. */
  readonly informers: Informers;
  /** Addresses of all pods. */
  readonly clusterCidrs: readonly Cidr[];
  /** The name of the link to nodes that are no neighbours; it is made where there is one. */
  readonly tunnel: string;
  readonly failed: (failure: Failure) => void;
}

export interface Routes {
  /** The routes stay. */
  readonly stop: () => Promise<void>;
}

/** How often it is seen whether somebody, or a link that went down, has taken routes away; seconds. */
const lookSeconds = 10;
const backoff = { firstSeconds: 0.05, longestSeconds: 5, random: Math.random };

/** Keeps the ways to the pods of all other nodes: a change of one Node changes its routes alone. */
export function keepRoutes({ informers, failed, ...place }: RoutesOptions): Routes {
  const all = informers.of(nodes);
  const keeper = new Keeper(place, (name) => all.get("", name));
  const ofNodes: Loop = loop<Node | "gone">({
    name: "routes",
    sources: [
      changesOf(all, (node, other) => {
        if (other !== undefined && textOf(node) === textOf(other)) return []; // a heartbeat
        if (node.metadata.name !== place.nodeName) return [node.metadata.name];
        keeper.moved();
        return all.list().map(({ metadata }) => metadata.name);
      }),
    ],
    plan: (name) => all.get("", name) ?? "gone",
    apply: async (node, name) => keeper.keep(name, node === "gone" ? undefined : placeOf(node)),
    parallel: 1,
    backoff,
    failed,
  });
  let isFirst = true; // what an earlier run has left may wait a moment: nobody must wait for it
  const looking = loop<true>({
    name: "routes-look",
    sources: [{ connect: () => () => {}, synced: all.synced }],
    plan: () => true,
    async apply(): Promise<Again> {
      if (isFirst) {
        isFirst = false;
        return { againSeconds: lookSeconds };
      }
      for (const name of await keeper.look(all.list().map(({ metadata }) => metadata.name))) ofNodes.enqueue(name);
      return { againSeconds: lookSeconds };
    },
    parallel: 1,
    backoff,
    failed,
  });
  looking.enqueue(everything);
  return {
    async stop() {
      await Promise.all([ofNodes.stop(), looking.stop()]);
    },
  };
}

const textOf = (node: Node): string => {
  const { addresses, podCidrs } = placeOf(node);
  return [...addresses, ...podCidrs].map(({ text }) => text).join(" ");
};

type Place = Omit<RoutesOptions, "informers" | "failed">;

/** What the kernel has of ours, and how it comes to that. */
class Keeper {
  readonly #place: Place;
  readonly #node: (name: string) => Node | undefined;
  readonly #laid = new Map<string, readonly Way[]>();
  #links: readonly Link[] | undefined;
  #hasTunnel = false;

  constructor(place: Place, node: (name: string) => Node | undefined) {
    this.#place = place;
    this.#node = node;
  }

  /** This node has other addresses, or other links. */
  moved(): void {
    this.#links = undefined;
    this.#hasTunnel = false;
  }

  async keep(name: string, place: NodePlace | undefined): Promise<undefined> {
    const { tunnel, nodeName } = this.#place;
    const own = this.#node(nodeName);
    if (name === nodeName || own === undefined) return;
    const possible = place === undefined ? [] : waysTo(place, await this.#standpoint(placeOf(own)));
    const wanted = await this.#withTunnel(possible, placeOf(own));
    const before = this.#laid.get(name) ?? [];
    const stale = before.filter((way) => !wanted.some((other) => sameWay(way, other)));
    await tolerantly(clearWays(stale, tunnel));
    this.#laid.set(name, wanted);
    await carryOut(layWays(wanted, tunnel));
    if (place === undefined) this.#laid.delete(name);
  }

  /** Takes away what is ours and leads to no node. Gives the nodes whose routes must be laid anew: all, where some are missing. */
  async look(names: readonly string[]): Promise<readonly string[]> {
    const there = await readRoutesOf(routeProtocol);
    const known = new Set([...this.#laid.values()].flatMap((ways) => ways.map(({ to }) => to.text)));
    const isKnown = names.every((name) => this.#laid.has(name) || name === this.#place.nodeName);
    const stray = [...there].filter((text) => !known.has(text));
    if (isKnown) await tolerantly({ ip: stray.map((text) => removal({ text })), bridge: [] });
    if ([...known].every((text) => there.has(text))) return [];
    this.moved();
    return names;
  }

  async #standpoint({ name, addresses }: NodePlace): Promise<Standpoint> {
    this.#links ??= await readLinks();
    const { tunnel } = this.#place;
    const networks = this.#links.filter((link) => link.name !== tunnel).flatMap((link) => link.addresses);
    return { name, addresses, networks: networks.map(({ network }) => network) };
  }

  /** Without the ways through a tunnel that can't be made yet: this node has no block of its own. */
  async #withTunnel(ways: readonly Way[], own: NodePlace): Promise<readonly Way[]> {
    if (!this.#hasTunnel && ways.some(({ kind }) => kind === "tunnel")) await this.#makeTunnel(own);
    return this.#hasTunnel ? ways : ways.filter(({ kind }) => kind === "direct");
  }

  async #makeTunnel(own: NodePlace): Promise<void> {
    const { tunnel, clusterCidrs } = this.#place;
    const isOwn = (ip: string): boolean => own.addresses.some(({ text }) => text === ip);
    const link = this.#links?.find(({ addresses }) => addresses.some(({ ip }) => isOwn(ip.text)));
    const end: TunnelEnd | undefined = tunnelEnd(own, clusterCidrs, link?.mtu ?? 1500);
    if (end === undefined) return;
    await tolerantly({ ip: [`link del ${tunnel}`], bridge: [] });
    await ipBatch(makeTunnel(tunnel, end));
    this.#hasTunnel = true;
  }
}

const sameWay = (a: Way, b: Way): boolean =>
  a.to.text === b.to.text &&
  (a.kind === "direct"
    ? b.kind === "direct" && a.via.text === b.via.text
    : b.kind === "tunnel" && a.peer.text === b.peer.text);

async function carryOut({ ip, bridge }: Commands): Promise<void> {
  await bridgeBatch(bridge);
  await ipBatch(ip);
}

/** What is to go may have gone already. */
async function tolerantly({ ip, bridge }: Commands): Promise<void> {
  for (const begin of [() => bridgeBatch(bridge, "force"), () => ipBatch(ip, undefined, "force")]) {
    try {
      await begin();
    } catch (fault) {
      if (!(fault instanceof CommandFailed)) throw fault;
    }
  }
}
