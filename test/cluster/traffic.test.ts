import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { eventually } from "../harness/eventually.ts";
import { type Machine, makeMachine } from "../harness/machine.ts";
import { asRoot } from "./as-root.ts";
import type { Calls } from "./load/caller.ts";
import { callFromNode, callFromPod, nodeInPod } from "./load/calls.ts";
import { services } from "./load/services.ts";

/** Two degrees of freedom: an even spread is over it once in a thousand times, and twice in a row once in a million. */
const chiSquareLimit = 13.8;

const chiSquare = ({ answers }: Calls): number =>
  Object.values(answers).reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);

describe("traffic through Services", asRoot, () => {
  let machine: Machine;
  before(async () => {
    machine = await makeMachine();
    const file = `${machine.dataDir}.yaml`;
    writeFileSync(file, services);
    await machine.portolan("up", "-d", "-f", file);
    await machine.kubectl("wait", "--for=condition=Ready", "pods", "--all", "--timeout=30s");
  });
  after(() => machine?.[Symbol.asyncDispose]());

  const addressOf = (service: string): Promise<string> =>
    machine.kubectl("get", "service", service, "-o=jsonpath={.spec.clusterIP}");
  const fieldOf = (pod: string, field: string): Promise<string> =>
    machine.kubectl("get", "pod", pod, `-o=jsonpath={${field}}`);
  const podsOf = async (app: string): Promise<string[]> =>
    (await machine.kubectl("get", "pods", `-l=app=${app}`, "-o=jsonpath={.items[*].metadata.name}")).split(" ").sort();

  for (const from of ["the node", "a pod"])
    test(`3,000 connections from ${from} spread evenly over three pods`, async () => {
      const to = [await addressOf("web"), 80, 3000] as const;
      const call = (): Promise<Calls> =>
        from === "a pod" ? callFromPod(machine, { pod: "caller", how: "http" }, to) : callFromNode(machine, "http", to);
      const calls = await call();
      assert.deepEqual(calls.failures, []);
      assert.deepEqual(Object.keys(calls.answers).sort(), await podsOf("web"));
      const again = chiSquare(calls) < chiSquareLimit ? calls : await call();
      assert.ok(chiSquare(again) < chiSquareLimit, `twice uneven: ${JSON.stringify([calls, again])}`);
    });

  test("with session affinity, a client stays with one pod", async () => {
    const to = [await addressOf("sticky"), 80, 20] as const;
    const { answers, failures } = await callFromPod(machine, { pod: "caller", how: "http" }, to);
    assert.deepEqual([Object.values(answers), failures], [[20], []]);
  });

  test("datagrams reach both pods of a Service", async () => {
    const to = [await addressOf("datagrams"), 53, 60] as const;
    const calls = await callFromPod(machine, { pod: "caller", how: "udp" }, to);
    assert.deepEqual(calls.failures, []);
    assert.deepEqual(Object.keys(calls.answers).sort(), await podsOf("datagrams"));
  });

  test("a pod reaches itself through its own Service", async () => {
    const { answers } = await callFromPod(machine, { pod: "self", how: "http" }, [await addressOf("self"), 80, 5]);
    assert.deepEqual(answers, { self: 5 });
  });

  test("a pod is seen with its own address", async () => {
    const from = { pod: "caller", how: "http", path: "/clientip" } as const;
    const { answers } = await callFromPod(machine, from, [await addressOf("web"), 80, 9]);
    const seen = new Set(Object.keys(answers).map((peer) => peer.split(":")[0]));
    assert.deepEqual([...seen], [await fieldOf("caller", ".status.podIP")]);
  });

  test("where there are no endpoints, connections are refused", async () => {
    const to = [await addressOf("nobody"), 80, 3] as const;
    for (const { answers, failures } of [
      await callFromNode(machine, "http", to),
      await callFromPod(machine, { pod: "caller", how: "http" }, to),
    ])
      assert.deepEqual([answers, failures.map(({ why }) => why)], [{}, Array(3).fill("ECONNREFUSED")]);
  });

  test("a pod's resolver finds the pods of a headless Service, and its port", async () => {
    const script = `
      const { lookup, resolveSrv } = require("node:dns/promises");
      Promise.all([lookup("names", { all: true, family: 4 }), resolveSrv("_http._tcp.names.default.svc.cluster.local")])
        .then(([found, srv]) => console.log(JSON.stringify({ found: found.map(({ address }) => address), srv })));`;
    const told = await machine.kubectl("exec", "caller", "--", nodeInPod, "-e", script);
    const { found, srv } = JSON.parse(told);
    const pods = await podsOf("web");
    const addresses = await Promise.all(pods.map((pod) => fieldOf(pod, ".status.podIP")));
    assert.deepEqual(found.sort(), addresses.sort());
    assert.deepEqual(
      srv.map(({ port }: { readonly port: number }) => port),
      [8080, 8080, 8080],
    );
  });

  test("a Service keeps its address while pods of it go, and answers on", async () => {
    const address = await addressOf("web");
    const [first = ""] = await podsOf("web");
    await machine.kubectl("delete", "pod", first);
    await machine.kubectl("rollout", "status", "deployment/web", "--timeout=30s");
    const replaced = async (): Promise<boolean> => {
      const pods = await podsOf("web");
      return pods.length === 3 && !pods.includes(first);
    };
    await eventually("another pod stands in for it", replaced, { seconds: 20 });
    assert.equal(await addressOf("web"), address);
    const { answers, failures } = await callFromNode(machine, "http", [address, 80, 60]);
    assert.deepEqual([failures, Object.keys(answers).sort()], [[], await podsOf("web")]);
  });
});
