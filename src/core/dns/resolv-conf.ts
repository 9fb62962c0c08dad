import { parseIp } from "#net/ip.ts";

/** glibc uses as many, and no more (resolv.h, MAXNS). */
const MAX_NAME_SERVERS = 3;

/** Where systemd-resolved listens on a machine, which is no use to anyone outside that machine's own network namespace. */
const STUB_RESOLVERS: readonly string[] = ["127.0.0.53", "127.0.0.54"];

/**
 * The `nameserver` addresses of a resolv.conf, in order. An IPv6 address keeps its zone (`fe80::1%eth0`). Lines that say something
 * else, or name no address, are passed over as the C library does. Source: resolv.conf(5).
 */
export function nameServersOf(text: string): readonly string[] {
  const addresses = text.split("\n").flatMap((line) => {
    const address = /^nameserver[ \t]+(\S+)/.exec(line)?.[1] ?? "";
    return parseIp(address.replace(/%.*$/, "")) === undefined ? [] : [address];
  });
  return addresses.slice(0, MAX_NAME_SERVERS);
}

/** Whether only systemd-resolved's own address is named: its file with the real servers must be read instead. */
export const namesOnlyStub = (addresses: readonly string[]): boolean =>
  addresses.length > 0 && addresses.every((address) => STUB_RESOLVERS.includes(address));
