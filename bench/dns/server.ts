/** A server for bench/dns.ts, in a process of its own: `ours` or `bare`; prints its port when it listens. */
import { createSocket } from "node:dgram";
import type { NamedService } from "#core/dns/service-names.ts";
import { startDns } from "#daemons/dns/dns.ts";
import { mustCidr } from "#net/cidr.ts";
import { ipOf } from "#net/ip.ts";

const firstAddress = 10n * 2n ** 24n + 96n * 2n ** 16n + 256n;

const services = (count: number): readonly NamedService[] =>
  Array.from({ length: count }, (_, i) => {
    const clusterIP = ipOf("IPv4", firstAddress + BigInt(i)).text;
    const ports = [{ name: "http", protocol: "TCP", port: 80 }] as const;
    return { metadata: { name: `svc-${i}`, namespace: "bench" }, spec: { type: "ClusterIP", clusterIP, ports } };
  });

const source = <O>(objects: readonly O[]) => ({
  hasSynced: () => true,
  onChange(listener: (before: O | undefined, after: O | undefined) => void) {
    for (const object of objects) listener(undefined, object);
    return () => {};
  },
});

async function serveOurs(count: number): Promise<number> {
  const { addresses } = await startDns({
    domain: "cluster.local",
    listen: [{ address: "127.0.0.1", port: 0 }],
    cidrs: [mustCidr("10.96.0.0/12")],
    sources: { services: source(services(count)), slices: source([]), pods: source([]), ingresses: source([]) },
    upstreams: async () => [],
  });
  return addresses[0]?.port ?? 0;
}

/** What node:dgram can do at best: every question comes back as its own answer. */
async function serveBare(): Promise<number> {
  const socket = createSocket({ type: "udp4", lookup: (host, _options, found) => found(null, host, 4) });
  const ignore = (): void => {};
  socket.on("message", (message, { port, address }) => {
    const answer = Buffer.allocUnsafe(message.length);
    message.copy(answer);
    answer[2] = (answer[2] ?? 0) | 0x80;
    socket.send(answer, port, address, ignore);
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  socket.bind(0, "127.0.0.1", resolve);
  await promise;
  return socket.address().port;
}

const [kind, count = "0"] = process.argv.slice(2);
console.log(await (kind === "ours" ? serveOurs(Number(count)) : serveBare()));
