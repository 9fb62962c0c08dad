import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { test } from "node:test";
import { eventually } from "../harness/eventually.ts";
import { type Machine, makeMachine } from "../harness/machine.ts";
import { findProgram } from "../harness/programs.ts";
import { asRoot } from "./as-root.ts";
import { applied, fromBeside } from "./looks.ts";
import { exposed } from "./manifests.ts";
import { unchanged } from "./unchanged.ts";
import { killAll } from "./violence.ts";

const skip = asRoot.skip || (findProgram("iptables-restore", "iptables") === undefined ? "needs iptables" : false);
const foreign = ["iptables", "-A", "FORWARD", "-d", "192.0.2.250", "-m", "comment", "--comment", "mine", "-j", "DROP"];

const said = async (machine: Machine, ...argv: readonly string[]): Promise<string> =>
  (await machine.run(...argv)).stdout;
const iptablesOf = async (machine: Machine): Promise<string> =>
  `${await said(machine, "iptables-save")}${await said(machine, "ip6tables-save")}`;
const nftTablesOf = async (machine: Machine): Promise<string> => said(machine, "nft", "list", "tables");

const turnTo = ({ dataDir }: Machine, mode: string): void => {
  const file = `${dataDir}/config.yaml`;
  writeFileSync(file, readFileSync(file, "utf8").replace(/^(# )?proxy-mode: .*$/m, `proxy-mode: ${mode}`));
};

test("iptables shows Kubernetes' own chains, and the mode changes without a broken connection", { skip }, async () => {
  await using machine = await makeMachine();
  await machine.run(...foreign);
  await machine.portolan("up", "-d", "--proxy-mode", "iptables", ...applied(machine, exposed("nginx-svc", 30080, 3)));
  const chain = "KUBE-SVC-HL5LMXD5JFHQZ6LN";
  const address = await machine.kubectl("get", "service", "nginx-svc", "-o=jsonpath={.spec.clusterIP}");
  const seen = async (name: string) => said(machine, "iptables", "-t", "nat", "-nvxL", name);
  assert.match(await seen("PREROUTING"), /KUBE-SERVICES .*\/\* kubernetes service portals \*\//);
  assert.match(await seen("OUTPUT"), /KUBE-SERVICES .*\/\* kubernetes service portals \*\//);
  assert.match(
    await seen("KUBE-SERVICES"),
    new RegExp(`${chain} .* ${address} +/\\* default/nginx-svc cluster IP \\*/ tcp dpt:80`),
  );
  assert.match(
    await seen(chain),
    /KUBE-MARK-MASQ [^\n]*!10\.244\.0\.0\/16[^\n]*\n.*probability 0\.3333[^\n]*\n.*probability 0\.5000/,
  );
  assert.match(
    await said(machine, "curl", "--silent", "--max-time", "2", `http://${address}/`),
    /^You've hit nginx-svc-/,
  );
  assert.doesNotMatch(await nftTablesOf(machine), /inet portolan/);

  using agent = kept();
  const first = await askKept(agent, machine);
  for (const [mode, isTurned] of [
    ["nftables", async () => !/KUBE-|PORTOLAN-/.test(await iptablesOf(machine))],
    [
      "iptables",
      async () => !/inet portolan/.test(await nftTablesOf(machine)) && /KUBE-SVC/.test(await iptablesOf(machine)),
    ],
  ] as const) {
    turnTo(machine, mode);
    await eventually(`only ${mode} has rules of ours`, isTurned, { seconds: 20 });
    assert.match(await fromBeside(machine, 30080), /^You've hit nginx-svc-/);
    assert.equal(await askKept(agent, machine), first, "the same connection, to the same pod");
    assert.match(await iptablesOf(machine), /-A FORWARD -d 192\.0\.2\.250\/32 .*mine/);
    assert.doesNotMatch(readFileSync(`${machine.dataDir}/log/portolan.log`, "utf8"), /starting anew/);
  }
});

test("what a killed cluster leaves in iptables goes, and nothing else", { skip }, async () => {
  for (const before of [[], foreign]) {
    await using machine = await makeMachine();
    await machine.run(...(before.length > 0 ? before : ["true"]));
    const rules = async () => said(machine, "nft", "list", "ruleset");
    const [ruleset, state] = [await rules(), await machine.state()];
    await machine.portolan("up", "-d", "--proxy-mode", "iptables", ...applied(machine, exposed("web", 30080, 1)));
    assert.match(await iptablesOf(machine), /KUBE-SERVICES/);
    await killAll(machine);
    await machine.portolan("down");
    assert.deepEqual(unchanged(machine, state, await machine.state()), []);
    assert.equal(await rules(), ruleset);
  }
});

test("a cluster does not take the chains that somebody else programs", { skip }, async () => {
  await using machine = await makeMachine();
  await machine.run("iptables", "-t", "nat", "-N", "KUBE-SERVICES");
  await assert.rejects(machine.portolan("up", "-d", "--proxy-mode", "iptables"), /IptablesTaken|is there already/);
  assert.match(await iptablesOf(machine), /^:KUBE-SERVICES/m);
});

/** One connection that is kept. */
function kept(): Agent & Disposable {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  return Object.assign(agent, { [Symbol.dispose]: () => agent.destroy() });
}

/** Which pod answers at the node port, and by which port of ours it was asked. */
const askKept = (agent: Agent, { address }: Machine): Promise<string> =>
  new Promise((resolve, reject) => {
    const asking = request({ host: address, port: 30080, path: "/hostname", agent, timeout: 5000 }, (answer) => {
      const port = answer.socket.localPort;
      answer.setEncoding("utf8");
      let text = "";
      answer.on("data", (part: string) => {
        text += part;
      });
      answer.on("end", () => resolve(`${text.trim()} ${port}`));
    });
    asking.on("timeout", () => asking.destroy(new Error("no answer")));
    asking.on("error", reject);
    asking.end();
  });
