import { isJsonObject } from "#machinery/json.ts";
import { blockOf, type Cidr, contains, overlaps, parseCidr } from "#net/cidr.ts";
import { type Ip, type IpFamily, parseIp } from "#net/ip.ts";
import { ipQuery } from "#os/ip.ts";

/** A route of this machine: where to, over which link. `default` is 0.0.0.0/0, or ::/0. */
export interface Route {
  readonly to: Cidr;
  readonly link: string;
  readonly source: Ip | undefined;
  readonly gateway: Ip | undefined;
}

/** The routes of the main table. */
async function readRoutes(family: IpFamily): Promise<readonly Route[]> {
  const answer = await ipQuery([optionOf[family], "route", "show", "table", "main"]);
  return (Array.isArray(answer) ? answer : []).flatMap((one: unknown) => routeOf(one, family) ?? []);
}

const optionOf: Readonly<Record<IpFamily, string>> = { IPv4: "-4", IPv6: "-6" };

function routeOf(one: unknown, family: IpFamily): Route | undefined {
  const text = (name: string): string => textIn(one, name);
  const destination = text("dst") === "default" ? (family === "IPv4" ? "0.0.0.0/0" : "::/0") : text("dst");
  const ip = parseIp(destination);
  const to = ip === undefined ? parseCidr(destination) : blockOf(ip);
  if (to === undefined) return undefined;
  return { to, link: text("dev"), source: parseIp(text("prefsrc")), gateway: parseIp(text("gateway")) };
}

function textIn(of: unknown, name: string): string {
  const value = isJsonObject(of) ? of[name] : undefined;
  return typeof value === "string" ? value : "";
}

/** An address of this machine, and the link that has it. */
export interface LinkAddress {
  readonly ip: Ip;
  readonly link: string;
  /** Whether others know it too; not so of fe80::/10 and of loopback addresses. */
  readonly isGlobal: boolean;
}

async function readAddresses(family: IpFamily): Promise<readonly LinkAddress[]> {
  const answer = await ipQuery([optionOf[family], "address", "show"]);
  return (Array.isArray(answer) ? answer : []).flatMap((one: unknown) => {
    const infos = isJsonObject(one) ? one.addr_info : undefined;
    return (Array.isArray(infos) ? infos : []).flatMap((info: unknown) => {
      const ip = parseIp(textIn(info, "local"));
      return ip === undefined
        ? []
        : [{ ip, link: textIn(one, "ifname"), isGlobal: textIn(info, "scope") === "global" }];
    });
  });
}

/** A route that isn't the default one and has addresses in common with the block. */
export const routeThrough = (routes: readonly Route[], block: Cidr): Route | undefined =>
  routes.find(({ to }) => to.prefixLength > 0 && overlaps(to, block));

/** What of a machine's network decides on its address. */
export interface Network {
  readonly routes: readonly Route[];
  readonly addresses: readonly LinkAddress[];
}

export async function readNetwork(family: IpFamily): Promise<Network> {
  const [routes, addresses] = await Promise.all([readRoutes(family), readAddresses(family)]);
  return { routes, addresses };
}

/**
 * The source address of the machine's default route; undefined where it has none. Where the route names no source, it is the
 * machine's address in the block that the gateway stands in, else the first that its link has.
 */
export function nodeAddress({ routes, addresses }: Network): Ip | undefined {
  const route = routes.find(({ to }) => to.prefixLength === 0);
  if (route === undefined) return undefined;
  const near = routes.filter(
    ({ to, link, source }) => to.prefixLength > 0 && link === route.link && source !== undefined,
  );
  const { gateway } = route;
  return (
    route.source ??
    near.find(({ to }) => gateway !== undefined && contains(to, gateway))?.source ??
    near[0]?.source ??
    addresses.find(({ link, isGlobal }) => isGlobal && link === route.link)?.ip
  );
}
