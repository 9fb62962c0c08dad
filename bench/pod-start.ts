import { pods } from "#api/core/pod.ts";
import { readKubeconfig } from "#client/kubeconfig.ts";
import { resourceClient } from "#client/resource.ts";
import { tlsTransport } from "#client/tls-transport.ts";
import type { Transport } from "#client/transport.ts";
import { run as runProgram } from "#os/spawn.ts";
import { makeMachine } from "../test/harness/machine.ts";
import { median } from "./programming.ts";

const rounds = 11;
const patienceMs = 30_000;

/** Medians, in milliseconds. */
export interface PodStartFigures {
  /** From the request that creates a pod until a watch tells that it is ready; over TLS. */
  readonly ready: number;
  /** The floor: a namespace, its link with an address and a route, and a program started in it, by hand. */
  readonly bare: number;
}

/** One pod after another, each created, awaited and deleted, beside the same made with bare commands, turn by turn in one run. */
export async function run(): Promise<PodStartFigures> {
  await using machine = await makeMachine();
  await machine.portolan("up", "-d");
  const access = await readKubeconfig(`${machine.dataDir}/kubeconfig`);
  using stack = new DisposableStack();
  const url = `https://${machine.address}:6443`;
  const transport = stack.adopt(tlsTransport({ ...access, server: url }), (one) => one.close());
  const [ready, bare]: [number[], number[]] = [[], []];
  // The first one of each kind finds nothing in any cache.
  for (let round = 0; round <= rounds; round++) {
    const times = [await startPod(transport, `pod-${round}`), await makeBare(`ptlb-${process.pid}`)] as const;
    if (round === 0) continue;
    ready.push(times[0]);
    bare.push(times[1]);
  }
  const figures = { ready: median(ready), bare: median(bare) };
  console.log(
    `pod start: ${figures.ready.toFixed(1)} ms from create to Ready; the same by bare commands ${figures.bare.toFixed(1)} ms`,
  );
  return figures;
}

async function startPod(transport: Transport, name: string): Promise<number> {
  const client = resourceClient(transport, pods);
  const { resourceVersion } = await client.list("default");
  const signal = AbortSignal.timeout(patienceMs);
  const events = client.watch("default", { resourceVersion, signal, fieldSelector: `metadata.name=${name}` });
  const began = performance.now();
  const containers = [{ name: "main", image: "busybox", command: ["sleep", "1000"] }];
  await client.create("default", { metadata: { name }, spec: { containers } });
  for await (const event of events) {
    if (event.type === "BOOKMARK") continue;
    const { conditions = [] } = event.object.status;
    if (!conditions.some(({ type, status }) => type === "Ready" && status === "True")) continue;
    const elapsed = performance.now() - began;
    await client.delete("default", name, { gracePeriodSeconds: 0 });
    return elapsed;
  }
  throw new Error(`${name} did not get ready within ${patienceMs / 1000} s`);
}

async function makeBare(name: string): Promise<number> {
  const began = performance.now();
  await runProgram(["ip", "-batch", "-"], {
    input: `netns add ${name}\nlink add ${name} type veth peer name eth0 netns ${name}\nlink set ${name} up\nroute add 10.222.250.2 dev ${name}\n`,
  });
  try {
    const inside =
      "address add 10.222.250.2/32 dev eth0\nlink set eth0 up\nlink set lo up\nroute add default dev eth0\n";
    await runProgram(["ip", "-n", name, "-batch", "-"], { input: inside });
    await runProgram(["ip", "netns", "exec", name, "unshare", "--mount", "--ipc", "--uts", "true"]);
    return performance.now() - began;
  } finally {
    await runProgram(["ip", "netns", "delete", name]);
  }
}

if (import.meta.main) await run();
