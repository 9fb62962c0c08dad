import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { eventually } from "../harness/eventually.ts";
import { makeNamespace } from "../harness/namespaces.ts";
import { programmed, startLoneProxy } from "./lone-proxy.ts";
import { type Exposed, startSession } from "./session-client.ts";

const skip = process.getuid?.() === 0 ? false : "needs root: it makes network namespaces";
/** `PORTOLAN_CYCLES` asks for more. */
const cycles = Number(process.env.PORTOLAN_CYCLES ?? 500);
/** What engines keep for the next time, such as compiled code and grown tables. */
const slack = 1.05;

test(`rules, descriptors and memory are back where they began after ${cycles} Services came and went`, {
  skip,
  timeout: 60_000 + 30 * cycles,
}, async () => {
  await using owned = new AsyncDisposableStack();
  const node = owned.use(await makeNamespace({ outside: "192.0.2.254/24", inside: "192.0.2.1/24" }));
  const folder = owned.adopt(await mkdtemp(join(tmpdir(), "portolan-cycles-")), (one) => rm(one, { recursive: true }));
  const session = owned.adopt(startSession(node.name, "nftables"), (one) => one.program.kill());
  const kubeconfig = join(folder, "kubeconfig");
  await session.program.ask({ kubeconfig });
  await session.makeNode();
  const proxy = owned.adopt(
    startLoneProxy({ namespace: node.name, kubeconfig, smallHeap: true }),
    (one) => void one.kill("SIGKILL"),
  );
  await programmed(proxy);
  const { pid } = proxy;
  const rules = () => node.exec("nft", "list", "table", "inet", "portolan");
  const descriptors = () => readdirSync(`/proc/${pid}/fd`).length;
  const residentKiB = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
  const before = { rules: await rules(), descriptors: descriptors() };
  const standing = async () =>
    (await node.exec("nft", "list", "map", "inet", "portolan", "services4")).match(/ : /g)?.length;
  const cycle = async (first: number) => {
    const all = Array.from({ length: atOnce }, (_, i) => exposed(first + i));
    for (const one of all) await session.create(one);
    await eventually("all of them are served", async () => ((await standing()) ?? 0) > atOnce, { seconds: 30 });
    for (const { name } of all) {
      await session.send("DELETE", `/api/v1/namespaces/default/services/${name}`);
      await session.send("DELETE", `/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/${name}-1`);
    }
  };
  const churn = async (count: number) => {
    for (let made = 0; made < count; made += atOnce) await cycle(made);
    await eventually(
      "rules and descriptors are as at the beginning",
      async () => {
        assert.deepEqual({ rules: await rules(), descriptors: descriptors() }, before);
        return true;
      },
      { seconds: 30 },
    );
    return residentKiB();
  };
  // The first ones fill what is filled once.
  const warm = await churn(cycles);
  const after = await churn(cycles);
  assert.ok(after < warm * slack, `${warm} KiB -> ${after} KiB`);
});

/** How many Services stand at a time. */
const atOnce = 50;
const pods = [4, 5, 6, 7, 8].map((host) => `10.244.0.${host}`);

/** One of five: with a cluster IP alone, with a node port, a UDP port, session affinity, and with nobody behind it. */
function exposed(n: number): Exposed {
  const kind = n % 5;
  return {
    name: `cycle-${n}`,
    address: `10.96.${100 + Math.floor(n / 250)}.${1 + (n % 250)}`,
    endpoints: kind === 4 ? [] : pods.slice(kind),
    ...(kind === 1 && { nodePort: 30_100 + (n % 2000) }),
    ...(kind === 2 && { protocol: "UDP", nodePort: 30_100 + (n % 2000) }),
    ...(kind === 3 && { affinitySeconds: 60 }),
  };
}
