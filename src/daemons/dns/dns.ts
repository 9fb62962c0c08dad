import { type Name, parseHostName } from "#core/dns/name.ts";
import { Zone } from "#core/dns/zone.ts";
import type { Cidr } from "#net/cidr.ts";
import { parseIp } from "#net/ip.ts";
import { Forwarder } from "./forwarder.ts";
import { Responder } from "./responder.ts";
import { listenTcp } from "./tcp-listener.ts";
import { type Listener, listenUdp } from "./udp-listener.ts";
import type { ServerAddress, UpstreamSource } from "./upstreams.ts";
import { type ClusterSources, feedZone } from "./zone-feed.ts";

export interface DnsConfig {
  /** The cluster domain: `cluster.local`. */
  readonly domain: string;
  /** Where to listen, UDP and TCP alike; port 0 takes a free one. */
  readonly listen: readonly ServerAddress[];
  /** The addresses of pods and Services. */
  readonly cidrs: readonly Cidr[];
  readonly sources: ClusterSources;
  /** Who is asked for names outside the cluster domain. */
  readonly upstreams: UpstreamSource;
}

export interface Dns {
  /** In the order of `listen`, with the ports taken. */
  readonly addresses: readonly ServerAddress[];
  /** Lets go of all addresses; questions still open get no answer. */
  readonly stop: () => Promise<void>;
}

/** An address can't be listened at: it isn't on this machine, somebody else has it, or it takes a privilege. */
class DnsAddressRefused extends Error {
  readonly code = "DnsAddressRefused";
  readonly where: string;
  readonly fix =
    "see with `ss -lunp` and `ss -ltnp` who listens there, and with `ip address` whether this machine has the address";
  constructor({ address, port }: ServerAddress, options: { readonly cause: unknown }) {
    super(
      `DNS can't listen at ${address} port ${port}: ${options.cause instanceof Error ? options.cause.message : options.cause}`,
      options,
    );
    this.where = `${address}:${port}`;
  }
}

/**
 * Serves the cluster's names from what the sources show, and asks others for all other names. Goes on with what it knows while
 * no API server answers. Throws `DnsAddressRefused`.
 */
export async function startDns({ domain, listen, cidrs, sources, upstreams }: DnsConfig): Promise<Dns> {
  const nameServers = listen.flatMap(({ address }) => parseIp(address) ?? []);
  const zone = new Zone({ domain: zoneName(domain), cidrs, nameServers });
  const forwarder = new Forwarder(upstreams);
  const { services, slices, pods, ingresses } = sources;
  const isReady = (): boolean => [services, slices, pods, ingresses].every((source) => source.hasSynced());
  const responder = new Responder(zone, forwarder, isReady);
  const stopFeed = feedZone(zone, sources);
  const settled = await Promise.allSettled(listen.map((at) => listenBoth(at, responder)));
  const listeners = settled.flatMap((it) => (it.status === "fulfilled" ? [it.value] : []));
  let stopped: Promise<unknown> | undefined;
  const stop = async (): Promise<void> => {
    stopFeed();
    forwarder.stop();
    stopped ??= Promise.all(listeners.map((listener) => listener.stop()));
    await stopped;
  };
  const refused = settled.find((it) => it.status === "rejected");
  if (refused !== undefined) {
    await stop();
    throw refused.reason;
  }
  return { addresses: listen.map(({ address }, i) => ({ address, port: listeners[i]?.port ?? 0 })), stop };
}

function zoneName(domain: string): Name {
  const name = parseHostName(domain);
  if (name === undefined) throw new RangeError(`not a cluster domain: ${JSON.stringify(domain)}`);
  return name;
}

/** How often a free port is sought that both UDP and TCP can have. */
const FREE_PORT_TRIES = 16;

async function listenBoth(at: ServerAddress, responder: Responder, tries = FREE_PORT_TRIES): Promise<Listener> {
  const refuse = (cause: unknown): never => {
    throw new DnsAddressRefused(at, { cause });
  };
  const udp = await listenUdp(at, responder).catch(refuse);
  const tcp = await listenTcp({ ...at, port: udp.port }, responder).catch(async (cause: unknown) => {
    await udp.stop();
    return at.port === 0 && tries > 1 ? undefined : refuse(cause);
  });
  if (tcp === undefined) return listenBoth(at, responder, tries - 1);
  return {
    port: udp.port,
    async stop() {
      await Promise.all([udp.stop(), tcp.stop()]);
    },
  };
}
