import { type Cidr, cidrOf } from "#net/cidr.ts";
import { addressBits, type Ip, parseIp } from "#net/ip.ts";
import { ipQuery } from "./ip.ts";

/** A link of this network namespace. */
export interface Link {
  readonly name: string;
  /** Bytes. */
  readonly mtu: number;
  readonly addresses: readonly LinkAddress[];
}
export interface LinkAddress {
  readonly ip: Ip;
  /** Who is reached over the link without a next hop; the address alone where it says so. */
  readonly network: Cidr;
}

export async function readLinks(): Promise<readonly Link[]> {
  const answer = await ipQuery(["address", "show"]);
  return listOf(answer).map((link) => ({
    name: textOf(link, "ifname"),
    mtu: numberOf(link, "mtu"),
    addresses: listOf(property(link, "addr_info")).flatMap((info) => {
      const ip = parseIp(textOf(info, "local"));
      if (ip === undefined) return [];
      const length = numberOf(info, "prefixlen");
      return [{ ip, network: cidrOf(ip, length > addressBits(ip.family) ? 0 : length) }];
    }),
  }));
}

/** Those of the main table's routes that were made with this number; as `ip route` writes their destinations. */
export async function readRoutesOf(protocol: number): Promise<ReadonlySet<string>> {
  const both = await Promise.all(
    ["-4", "-6"].map((family) => ipQuery([family, "route", "show", "proto", `${protocol}`])),
  );
  return new Set(both.flatMap((answer) => listOf(answer).map((route) => textOf(route, "dst"))));
}

const listOf = (answer: unknown): readonly unknown[] => (Array.isArray(answer) ? answer : []);
const property = (of: unknown, name: string): unknown =>
  typeof of === "object" && of !== null ? Reflect.get(of, name) : undefined;
function textOf(of: unknown, name: string): string {
  const value = property(of, name);
  return typeof value === "string" ? value : "";
}
function numberOf(of: unknown, name: string): number {
  const value = property(of, name);
  return typeof value === "number" ? value : 0;
}
