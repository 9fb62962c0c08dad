import type { Ingress } from "#api/networking/ingress.ts";
import { dnsSubdomainTrouble, wildcardDnsTrouble } from "#machinery/rules/names.ts";
import { parseIp } from "#net/ip.ts";
import type { HostPattern } from "./route-table.ts";

/** Reads a host of an Ingress, in upper or lower case, and `""` for all hosts. undefined for what no request's host can be, such as an address. */
export function readHost(text: string | undefined): HostPattern | undefined {
  if (text === undefined || text === "") return "*";
  const host = text.toLowerCase();
  const troubles = host.startsWith("*") ? wildcardDnsTrouble(host) : dnsSubdomainTrouble(host);
  for (const _ of troubles) return undefined;
  return parseIp(host) === undefined ? host : undefined;
}

/** `*.example.com` for `a.example.com` and for itself; undefined for a name of one label. */
export function wildcardOf(host: HostPattern): HostPattern | undefined {
  const dot = host.indexOf(".");
  return dot < 0 ? undefined : `*${host.slice(dot)}`;
}

/** Whether one of a certificate's names stands for the host. */
export function isNamed(host: HostPattern, names: readonly string[]): boolean {
  return names.some((name) => {
    const lower = name.toLowerCase();
    return lower === host || lower === wildcardOf(host);
  });
}

/** Whether an Ingress wants TLS for one of its hosts, as it is written there: a part of `spec.tls` without hosts is about all of them. */
export const wantsTls = (host: string, { tls = [] }: Ingress["spec"]): boolean =>
  tls.some(({ hosts = [] }) => hosts.length === 0 || isNamed(host, hosts));
