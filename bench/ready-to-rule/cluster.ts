/**
 * A cluster of one node in one process, as far as a pod's readiness goes: API over SQLite, every controller, the proxy. Runs in a
 * network namespace of its own. Each Service has one endpoint at first. After a line on standard input the other pods become ready, so
 * many a second; then it prints one line of JSON, and waits to be ended.
 */
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { nodes } from "#api/core/node.ts";
import { pods } from "#api/core/pod.ts";
import { services } from "#api/core/service.ts";
import { informers } from "#client/informers.ts";
import { resourceClient } from "#client/resource.ts";
import { startControllers } from "#daemons/controllers/controllers.ts";
import { startProxy } from "#daemons/proxy/proxy.ts";
import { mustCidr } from "#net/cidr.ts";
import { createAuthority } from "#os/pki.ts";
import { inProcessTransport } from "#server/connections/in-process.ts";
import { openSqliteStore } from "#store/sqlite.ts";
import { serve, serviceRange } from "../../test/server/served.ts";
import { endpointOf } from "../programming/services.ts";

/** When a pod's readiness began to be written, by its address; microseconds of the monotonic clock, which all processes share. */
export type Written = Readonly<Record<string, number>>;

const [count, perSecond] = process.argv.slice(2).map(Number) as [number, number];
const nodeName = "node-1";
const podRange = mustCidr("10.128.0.0/9");
const failed = ({ fault }: { readonly fault: unknown }): void => console.error(fault);
const clock = { now: Date.now, random: Math.random, elapsedMs: () => performance.now() };

const folder = mkdtempSync(join(tmpdir(), "portolan-bench-ready-"));
const { server } = await serve({ store: openSqliteStore(join(folder, "store.db")) });
const transport = inProcessTransport(server, { user: "bench", groups: ["system:masters", "system:authenticated"] });
await resourceClient(transport, nodes).create("", { metadata: { name: nodeName } });

const { certificate: caPem } = await createAuthority("bench-ca", { from: Date.now(), to: Date.now() + 3_600_000 });
// Nobody beats the node's heart here.
const controlled = { caPem, podBlocks: [], clusterRanges: [], graceSeconds: 3600 };
startControllers({ transport, informers: informers(transport), failed, ...controlled, ...clock });
await startProxy({
  transport,
  mode: "nftables",
  nodeName,
  cluster: { clusterCidrs: [podRange], serviceCidrs: [serviceRange], masqueradesPods: true, dnsAddresses: [] },
  failed,
});

const podClient = resourceClient(transport, pods);
const namesOf = (n: number) => [`s${n}-0`, `s${n}-1`] as const;
/** Of each Service's two pods, the second is not ready yet. */
for (let n = 0; n < count; n += 1) {
  const labels = { app: `s${n}` };
  await resourceClient(transport, services).create("default", {
    metadata: { name: `s${n}` },
    spec: { selector: labels, ports: [{ port: 80, targetPort: 8080 }] },
  });
  for (const [which, name] of namesOf(n).entries()) {
    await podClient.create("default", {
      metadata: { name, labels },
      spec: { nodeName, containers: [{ name: "main", image: "nginx" }] },
    });
    await tell(name, endpointOf(n, which), which === 0);
  }
}

async function tell(name: string, ip: string, isReady: boolean): Promise<void> {
  const conditions = [{ type: "Ready", status: isReady ? "True" : "False" }];
  const body = { status: { phase: "Running", podIP: ip, podIPs: [{ ip }], conditions } };
  await podClient.patch("default", name, { type: "strategic", subresource: "status", body });
}

await once(process.stdin, "data");

const written: Record<string, number> = {};
const writes: Promise<void>[] = [];
const began = performance.now();
for (let i = 0; i < count; i += 1) {
  await sleep(Math.max(0, began + (i * 1000) / perSecond - performance.now()));
  const n = (i * 7919) % count;
  const ip = endpointOf(n, 1);
  written[ip] = Number(process.hrtime.bigint() / 1000n);
  writes.push(tell(namesOf(n)[1], ip, true));
}
await Promise.all(writes);
console.log(JSON.stringify(written satisfies Written));
rmSync(folder, { recursive: true });
