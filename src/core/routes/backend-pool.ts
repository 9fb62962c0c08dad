import { contains, mustCidr } from "#net/cidr.ts";
import type { IpFamily } from "#net/ip.ts";
import { addressesOf, isSpecial } from "../services/addresses.ts";
import { endpointsOf } from "../services/endpoints.ts";
import { poolsOf } from "../services/pools.ts";
import type { Endpoint, Pool } from "../services/service-map.ts";
import type { BackendWish, ServicePortRef } from "./backend-wish.ts";
import type { RouteWorld } from "./route-world.ts";

/** The Services whose endpoints a backend may send to. */
export const servicesOf = ({ service, fallback }: BackendWish): readonly string[] =>
  fallback === undefined ? [service] : [service, fallback.service];

/** Who receives what is sent to a backend: endpoints of all families in one pool, so that ready ones of either spare those that end. */
export function poolOf(wish: BackendWish, world: RouteWorld, families: readonly IpFamily[]): Pool {
  const own = wish.viaClusterIp ? clusterIpPool(wish, world, families) : podPool(wish, wish, { world, families });
  if (own.members.length > 0 || wish.fallback === undefined) return own;
  const { members } = podPool(wish.fallback, wish, { world, families });
  return { ...own, members };
}

interface Around {
  readonly world: RouteWorld;
  readonly families: readonly IpFamily[];
}

function podPool({ service, portName }: ServicePortRef, { protocol }: BackendWish, { world, families }: Around): Pool {
  const slices = world.slices(service);
  const endpoints = families.flatMap((family) => endpointsOf(slices, { family, portName, protocol }));
  const [special, others] = [endpoints.filter(isBarred), endpoints.filter((one) => !isBarred(one))];
  const pool = poolsOf(others, { nodeName: "", zone: undefined, families }).cluster;
  if (special.length === 0) return pool;
  const leftOut = special.map((endpoint) => ({ endpoint, because: "SpecialAddress" as const }));
  return { ...pool, leftOut: [...pool.leftOut, ...leftOut] };
}

/** Slices may be written by hand: what they name must not be this very machine, or what answers nodes alone (CVE-2021-25740). */
const isBarred = ({ ip }: Endpoint): boolean => isSpecial(ip) || contains(mapped, ip);
const mapped = mustCidr("::ffff:0:0/96");

function clusterIpPool({ service, port }: BackendWish, world: RouteWorld, families: readonly IpFamily[]): Pool {
  const found = world.service(service);
  const ips = found === undefined ? [] : addressesOf(found).cluster.filter(({ family }) => families.includes(family));
  const members = ips.map((ip): Endpoint => ({ ip, port, nodeName: undefined, pod: undefined, condition: "ready" }));
  return { scope: "cluster", members, leftOut: [] };
}
