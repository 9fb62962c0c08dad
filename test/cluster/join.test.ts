import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { test } from "node:test";
import { commandEnv, run } from "#os/spawn.ts";
import { eventually } from "../harness/eventually.ts";
import { heldUntilInterrupted } from "../harness/interruption.ts";
import { findKubectls } from "../harness/kubectls.ts";
import { listenTo, portolan } from "../harness/machine.ts";
import { makeNamespace, type Namespace } from "../harness/namespaces.ts";
import { asRoot } from "./as-root.ts";

const numberOfProcess = process.pid % 250;

/** Two machines on networks of their own, with a router between them that forwards only addresses of these networks. */
async function twoMachines(stack: AsyncDisposableStack): Promise<readonly [Namespace, Namespace]> {
  const make = async (last: number): Promise<Namespace> =>
    stack.use(
      await makeNamespace({
        outside: `10.224.${numberOfProcess}.${last * 4 + 1}/30`,
        inside: `10.224.${numberOfProcess}.${last * 4 + 2}/30`,
      }),
    );
  const [first, second, router] = [await make(0), await make(1), await make(2)];
  for (const [machine, block] of [[first, "198.51.100"] as const, [second, "203.0.113"] as const]) {
    const port = `lan${block.slice(0, 3)}`;
    await run(["ip", "link", "add", "lan", "netns", machine.name, "type", "veth", "peer", port, "netns", router.name]);
    await machine.exec("ip", "address", "add", `${block}.2/24`, "dev", "lan");
    await router.exec("ip", "address", "add", `${block}.1/24`, "dev", port);
    await machine.exec("ip", "link", "set", "lan", "up");
    await router.exec("ip", "link", "set", port, "up");
    await machine.exec("ip", "route", "replace", "default", "via", `${block}.1`);
  }
  await router.exec("sysctl", "-qw", "net.ipv4.ip_forward=1");
  await router.exec("nft", "table ip r { chain f { type filter hook forward priority 0; }; }");
  await router.exec("nft", "add", "rule", "ip", "r", "f", "ip", "saddr", "10.244.0.0/16", "drop");
  return [first, second];
}

interface Installed {
  readonly dataDir: string;
  readonly start: (command: string, ...args: readonly string[]) => ChildProcess;
}

/** The program on a machine; whatever it has made there goes with the stack. */
async function install(stack: AsyncDisposableStack, { name }: Namespace): Promise<Installed> {
  const dataDir = await mkdtemp(`${tmpdir()}/portolan-join-`);
  stack.defer(() => rm(dataDir, { recursive: true, force: true }));
  await chmod(dataDir, 0o755);
  const inside = [`--net=/run/netns/${name}`, portolan] as const;
  stack.defer(async () => void (await run(["nsenter", ...inside, "down", "--purge", "--data-dir", dataDir])));
  return {
    dataDir,
    start: (command, ...args) =>
      spawn("nsenter", [...inside, command, "--data-dir", dataDir, ...args], {
        stdio: ["ignore", "pipe", "pipe"],
        env: commandEnv(),
      }),
  };
}

/** Whoever comes with another token is told so, and keeps the machine as it was. */
async function turnedAway({ start }: Installed, machine: Namespace, line: string): Promise<void> {
  // Not IPv6: the kernel is still trying its addresses out.
  const looks = "ip -o -4 address; ip -br link | cut -d' ' -f1; nft list ruleset; cat /proc/sys/net/ipv4/ip_forward";
  const state = () => machine.exec("sh", "-c", looks);
  const before = await state();
  const { code, stderr } = await listenTo(
    start("node", ...line.replace(/--token \S+/, "--token abcdef.0123456789abcdef").split(" "), "--node-name", "other"),
  ).ended;
  assert.equal(code, 1);
  assert.match(stderr, /knows neither this token nor this node/);
  assert.equal(await state(), before);
}

const podOn = (node: string): string => `
apiVersion: v1
kind: Pod
metadata: { name: on-${node} }
spec: { nodeName: ${node}, containers: [{ name: main, image: portolan/echo, ports: [{ containerPort: 8080 }] }] }
`;

test(
  "machines join by what the server says; pods of machines without a common network see each other's addresses",
  asRoot,
  async () => {
    await using owned = new AsyncDisposableStack();
    const stack = new AsyncDisposableStack();
    owned.use(heldUntilInterrupted(stack));
    const [first, second] = await twoMachines(stack);
    const server = await install(stack, first);
    const { said } = listenTo(server.start("server"));
    const [, line = ""] = await eventually(
      "the server says how to join",
      () => /^ {2}portolan node (.*)$/m.exec(said()) ?? undefined,
      {
        seconds: 20,
      },
    );

    const kubectlPath = (await findKubectls()).at(-1)?.path ?? "kubectl";
    const kubectl = (...args: readonly string[]): Promise<string> =>
      first.exec(kubectlPath, "--kubeconfig", `${server.dataDir}/kubeconfig`, ...args);
    await turnedAway(await install(stack, second), second, line);
    const heard = [];
    for (const [machine, name] of [[first, "alpha"] as const, [second, "beta"] as const]) {
      const node = await install(stack, machine);
      heard.push(
        listenTo(node.start("node", ...line.split(" "), "--node-name", name, "--node-labels", `place=${name}`)),
      );
    }
    for (const node of heard)
      await eventually("the node is ready", () => node.said().includes("The node is ready"), { seconds: 30 });
    assert.equal(await kubectl("get", "node", "-l", "place=beta", "-o=name"), "node/beta\n");
    const requests = await kubectl("get", "csr", "-o=jsonpath={.items[*].spec.username}");
    assert.match(requests, /system:bootstrap:\w{6}/);

    for (const name of ["alpha", "beta"])
      await first.exec(
        "sh",
        "-c",
        `echo '${podOn(name)}' | ${kubectlPath} --kubeconfig ${server.dataDir}/kubeconfig create -f -`,
      );
    await kubectl("wait", "pods", "--all", "--for=condition=Ready", "--timeout=30s");
    const [own, other] = await Promise.all(
      ["alpha", "beta"].map((name) => kubectl("get", "pod", `on-${name}`, "-o=jsonpath={.status.podIP}")),
    );
    const script = `fetch("http://${other}:8080/clientip").then((answer) => answer.text()).then((text) => process.stdout.write(text))`;
    const asked = () => kubectl("exec", "on-alpha", "--", "/usr/local/lib/portolan/node", "--eval", script);
    assert.equal((await eventually("the kubelet's certificate is there", asked, { seconds: 20 })).split(":")[0], own);
    assert.match(await kubectl("logs", "on-beta"), /portolan\/echo on on-beta/);
  },
);
