import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import type { ProxyMode } from "#daemons/proxy/kernel-rules.ts";
import { eventually } from "../harness/eventually.ts";
import { findProgram } from "../harness/programs.ts";
import { type Exposed, type Session, startSession } from "./session-client.ts";
import { makeWorld, nodeHost, type World } from "./world.ts";

const pods = ["10.244.0.7", "10.244.0.8", "10.244.0.9"];
const client = "10.244.0.5";
const web = "10.96.7.7";
const afterFlush = "10.96.7.13";
const skip = process.getuid?.() === 0 ? false : "needs root: it makes network namespaces";

/** What differs between the modes, to who looks at the kernel. */
interface Mode {
  readonly mode: ProxyMode;
  /** Lists rules of ours, and takes all of them away as others do. */
  readonly list: readonly [string, ...string[]];
  readonly flush: readonly (readonly [string, ...string[]])[];
  /** What it says when they are gone. */
  readonly refusals: readonly string[];
}
const modes: readonly Mode[] = [
  {
    mode: "nftables",
    list: ["sh", "-c", "nft list ruleset | grep portolan || true"],
    flush: [["nft", "delete", "table", "inet", "portolan"]],
    // Whether it looks by itself or has something to write comes first.
    refusals: ["RulesetRefused", "RulesAltered"],
  },
  {
    mode: "iptables",
    list: ["sh", "-c", "(iptables-save; ip6tables-save) | grep -E 'KUBE|PORTOLAN' || true"],
    flush: ["nat", "filter", "raw"].flatMap((table) => [
      ["iptables", "-t", table, "-F"],
      ["iptables", "-t", table, "-X"],
    ]),
    refusals: ["RulesRefused"],
  },
];

function lacks({ mode }: Mode): string | false {
  return mode === "nftables" || findProgram("iptables-restore", "iptables") !== undefined ? false : "needs iptables";
}

for (const kernel of modes)
  suite(`the proxy, ${kernel.mode}`, { skip: skip || lacks(kernel), timeout: 120_000 }, () => {
    let world: World;
    let session: Session;
    const foreign =
      "table inet somebody { chain c { type filter hook forward priority 5; ip daddr 192.0.2.250 drop; }\nset s { type ipv4_addr; elements = { 192.0.2.251 }; }\n}\n";
    let foreignBefore: string;
    const listForeign = () => world.exec("nft", "-a", "list", "table", "inet", "somebody");

    before(async () => {
      world = await makeWorld();
      await world.load(foreign);
      foreignBefore = await listForeign();
      session = startSession(world.node, kernel.mode);
      await session.setUp();
    });
    after(async () => {
      await session.program.kill();
      await world[Symbol.asyncDispose]();
    });

    test("spreads connections evenly over three endpoints", async () => {
      await session.expose({ name: "web", address: web, endpoints: pods });
      const times = 3000;
      const said = await world.ask(client, { protocol: "TCP", to: web, port: 80, times, together: 30 });
      const counts = pods.map((pod) => said.filter((one) => one.startsWith(`${pod} `)).length);
      const lost = said.filter((one) => !one.includes(" "));
      assert.deepEqual(lost, []);
      const expected = times / pods.length;
      const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
      // Two degrees of freedom: beyond this once in a million runs.
      assert.ok(chiSquare < 27.6, `${counts}: chi-square ${chiSquare}`);
    });

    test("shows servers the pod that asks", async () => {
      const [said] = await world.ask(client, { protocol: "TCP", to: web, port: 80 });
      assert.match(said ?? "", new RegExp(` ${client}$`));
    });

    test("refuses at once when the last endpoint goes, and serves again when one comes", async () => {
      await session.setEndpoints("web", []);
      assert.deepEqual(await world.ask(client, { protocol: "TCP", to: web, port: 80 }), ["ECONNREFUSED"]);
      await session.setEndpoints("web", pods.slice(0, 1));
      assert.deepEqual(await world.ask(client, { protocol: "TCP", to: web, port: 80 }), [`${pods[0]} 8080 ${client}`]);
    });

    test("keeps a client at its endpoint, and moves it only when that one goes", async () => {
      await session.expose({ name: "sticky", address: "10.96.7.8", endpoints: pods, affinitySeconds: 300 });
      const meet = (from: string, times: number) =>
        world.ask(from, { protocol: "TCP", to: "10.96.7.8", port: 80, times });
      const [first = ""] = await meet(client, 1);
      const [firstOfNode = ""] = await meet(nodeHost.ipv4, 1);
      assert.deepEqual(new Set(await meet(client, 20)), new Set([first]));
      const gone = first.split(" ")[0];
      await session.setEndpoints(
        "sticky",
        pods.filter((pod) => pod !== gone),
      );
      const [second = ""] = await meet(client, 1);
      assert.notEqual(second, first);
      assert.deepEqual(new Set(await meet(client, 20)), new Set([second]));
      // Who had another endpoint has it still, though seats have moved.
      if (firstOfNode.split(" ")[0] !== gone) assert.deepEqual(await meet(nodeHost.ipv4, 1), [firstOfNode]);
      await session.setEndpoints("sticky", pods);
      assert.deepEqual(new Set(await meet(client, 20)), new Set([second]));
    });

    // The lists of iptables name clients whose time is over, too.

    if (kernel.mode === "nftables")
      test("forgets a client after the timeout", async () => {
        await session.expose({ name: "forgetful", address: "10.96.7.9", endpoints: pods, affinitySeconds: 1 });
        await world.ask(client, { protocol: "TCP", to: "10.96.7.9", port: 80 });
        const remembered = async () =>
          (await world.exec("nft", "list", "map", "inet", "portolan", "affinity4")).includes("10.96.7.9");
        assert.ok(await remembered());
        await eventually("the affinity to end", async () => !(await remembered()), { seconds: 10 });
      });

    test("moves a UDP client whose endpoint goes, also one that never stops sending", async () => {
      await session.expose({ name: "echo", address: "10.96.7.10", endpoints: pods.slice(0, 1), protocol: "UDP" });
      const send = async () =>
        (await world.ask(client, { protocol: "UDP", to: "10.96.7.10", port: 80, from: 40_007 }))[0];
      assert.equal(await send(), `${pods[0]} 8080 ${client}`);
      await session.setEndpoints("echo", pods.slice(1, 2));
      assert.equal(await send(), `${pods[1]} 8080 ${client}`);
      await session.setEndpoints("echo", []);
      assert.equal(await send(), "ECONNREFUSED");
      await session.setEndpoints("echo", pods.slice(2, 3));
      assert.equal(await send(), `${pods[2]} 8080 ${client}`);
    });

    test("forgets UDP flows to a node port that nobody translated before", async () => {
      const send = async () =>
        (await world.ask("192.0.2.9", { protocol: "UDP", to: nodeHost.ipv4, port: 30_707, from: 40_008 }))[0];
      assert.equal(await send(), "ECONNREFUSED");
      await session.expose({
        name: "late",
        address: "10.96.7.11",
        endpoints: pods.slice(0, 1),
        protocol: "UDP",
        nodePort: 30_707,
      });
      assert.equal(await send(), `${pods[0]} 8080 ${nodeHost.ipv4}`);
    });

    test("forgets the UDP flows of a Service whose port changes or that goes, and nobody else's", async () => {
      const foreign = ["-s", "198.51.100.66", "-d", "198.51.100.67", "--sport", "666", "--dport", "667"] as const;
      for (const flow of [
        ["-p", "udp"],
        ["-p", "tcp", "--state", "ESTABLISHED"],
      ] as const)
        await world.exec("conntrack", "-I", ...flow, ...foreign, "--timeout", "600");
      const echo: Exposed = {
        name: "moving",
        address: "10.96.7.14",
        endpoints: pods.slice(0, 1),
        protocol: "UDP",
        nodePort: 30_714,
      };
      await session.expose(echo);
      const ways = [
        [client, echo.address, 80],
        ["192.0.2.9", nodeHost.ipv4, 30_714],
      ] as const;
      const flows = async () => (await world.exec("conntrack", "-L", "-p", "udp", "--orig-port-src", "40014")).trim();
      for (const [from, to, port] of ways) await world.ask(from, { protocol: "UDP", to, port, from: 40_014 });
      assert.ok((await flows()).includes("dport=30714"));
      await session.send("PUT", "/api/v1/namespaces/default/services/moving", {
        metadata: { name: "moving" },
        spec: {
          type: "NodePort",
          clusterIP: echo.address,
          ports: [{ port: 81, targetPort: 8080, protocol: "UDP", nodePort: 30_715 }],
        },
      });
      await session.settle();
      assert.equal(await flows(), "");
      await world.ask(client, { protocol: "UDP", to: echo.address, port: 81, from: 40_014 });
      assert.notEqual(await flows(), "");
      await session.send("DELETE", "/api/v1/namespaces/default/services/moving");
      await session.settle();
      assert.equal(await flows(), "");
      const left = (await world.exec("conntrack", "-L", "-d", "198.51.100.67")).trim().split("\n");
      assert.equal(left.length, 2);
    });

    test("drops what is sent to the address of a deleted Service", async () => {
      await session.expose({ name: "brief", address: "10.96.7.12", endpoints: pods });
      await session.send("DELETE", "/api/v1/namespaces/default/services/brief");
      await session.settle();
      const said = await world.ask(client, { protocol: "TCP", to: "10.96.7.12", port: 80, patienceMs: 300 });
      assert.deepEqual(said, ["timeout"]);
    });

    test("loads everything again when somebody has flushed its rules", async () => {
      for (const command of kernel.flush) await world.exec(...command);
      const { faults } = await session.expose({ name: "after-flush", address: afterFlush, endpoints: pods });
      assert.ok(faults.length === 1 && kernel.refusals.includes(faults[0] ?? ""), faults.join());
      const said = await world.ask(client, { protocol: "TCP", to: web, port: 80 });
      assert.deepEqual(said, [`${pods[0]} 8080 ${client}`]);
    });

    test("serves on while it is killed and started again", async () => {
      let restarted = false;
      const asking = askUntil(() => restarted);
      await session.program.kill();
      session = startSession(world.node, kernel.mode);
      await session.setUp([{ name: "after-flush", address: afterFlush, endpoints: pods }]);
      restarted = true;
      assert.deepEqual(new Set(await asking), new Set(pods.map((pod) => `${pod} 8080 ${client}`)));

      async function askUntil(done: () => boolean): Promise<readonly string[]> {
        const said: string[] = [];
        while (!done())
          said.push(
            ...(await world.ask(client, { protocol: "TCP", to: afterFlush, port: 80, times: 50, together: 2 })),
          );
        return said;
      }
    });

    test("leaves its rules or takes them away, as it is told", async () => {
      const ours = async () => (await world.exec(...kernel.list)) !== "";
      await session.program.ask({ stop: { removeRules: false } });
      assert.ok(await ours());
      await session.program.ask({ remove: true });
      await session.program.ask({ remove: true });
      assert.ok(!(await ours()));
    });

    test("has left another table as it was, byte for byte", async () => {
      assert.equal(await listForeign(), foreignBefore);
    });
  });
