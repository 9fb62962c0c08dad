import { type Cidr, cidrOf, contains, overlaps, parseCidr } from "#net/cidr.ts";
import { type Ip, parseIp } from "#net/ip.ts";
import { ipQuery } from "#os/ip.ts";

/** A route of this machine: where to, over which link. `default` is 0.0.0.0/0. */
export interface Route {
  readonly to: Cidr;
  readonly link: string;
  readonly source: Ip | undefined;
  readonly gateway: Ip | undefined;
}

/** The IPv4 routes of the main table. */
export async function readRoutes(): Promise<readonly Route[]> {
  const answer = await ipQuery(["-4", "route", "show", "table", "main"]);
  return (Array.isArray(answer) ? answer : []).flatMap((one: unknown) => routeOf(one) ?? []);
}

function routeOf(one: unknown): Route | undefined {
  const text = (name: string): string => textIn(one, name);
  const destination = text("dst") === "default" ? "0.0.0.0/0" : text("dst");
  const ip = parseIp(destination);
  const to = ip === undefined ? parseCidr(destination) : cidrOf(ip, 32);
  if (to === undefined) return undefined;
  return { to, link: text("dev"), source: parseIp(text("prefsrc")), gateway: parseIp(text("gateway")) };
}

const field = (of: unknown, name: string): unknown =>
  typeof of === "object" && of !== null ? Reflect.get(of, name) : undefined;
function textIn(of: unknown, name: string): string {
  const value = field(of, name);
  return typeof value === "string" ? value : "";
}

/** An address of this machine, and the link that has it. */
export interface LinkAddress {
  readonly ip: Ip;
  readonly link: string;
}

export async function readAddresses(): Promise<readonly LinkAddress[]> {
  const answer = await ipQuery(["-4", "address", "show"]);
  return (Array.isArray(answer) ? answer : []).flatMap((one: unknown) => {
    const link = textIn(one, "ifname");
    const infos = field(one, "addr_info");
    return (Array.isArray(infos) ? infos : []).flatMap((info: unknown) => {
      const ip = parseIp(textIn(info, "local"));
      return ip === undefined ? [] : [{ ip, link }];
    });
  });
}

/** A route that isn't the default one and has addresses in common with the block. */
export const routeThrough = (routes: readonly Route[], block: Cidr): Route | undefined =>
  routes.find(({ to }) => to.prefixLength > 0 && overlaps(to, block));

/**
 * The source address of the machine's default route; undefined where it has none. Where the route names no source, it is the
 * machine's address in the block that the gateway stands in.
 */
export function nodeAddress(routes: readonly Route[]): Ip | undefined {
  const route = routes.find(({ to }) => to.prefixLength === 0);
  if (route === undefined) return undefined;
  const near = routes.filter(
    ({ to, link, source }) => to.prefixLength > 0 && link === route.link && source !== undefined,
  );
  const { gateway } = route;
  return (
    route.source ?? near.find(({ to }) => gateway !== undefined && contains(to, gateway))?.source ?? near[0]?.source
  );
}
