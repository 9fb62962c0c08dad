import { hostname as readHostname } from "node:os";

export const hostname = readHostname();

/** What the node agent tells about the pod; null where it is run without one. */
export const pod = {
  pod: process.env.PORTOLAN_POD ?? null,
  namespace: process.env.PORTOLAN_NAMESPACE ?? null,
  node: process.env.PORTOLAN_NODE ?? null,
};

/** `IP:PORT`, IPv6 in brackets; an IPv4 client of a dual-stack socket is shown as IPv4. */
export function showPeer(address: string | undefined, port: number | undefined): string {
  const ip = plainIp(address);
  return `${ip.includes(":") ? `[${ip}]` : ip}:${port ?? 0}`;
}

export const plainIp = (address: string | undefined): string => (address ?? "").replace(/^::ffff:(?=\d+\.)/, "");
