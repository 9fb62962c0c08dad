import assert from "node:assert/strict";
import { test } from "node:test";
import { run } from "#os/spawn.ts";
import { eventually } from "../harness/eventually.ts";
import { makeMachine, portolan } from "../harness/machine.ts";
import { asRoot } from "./as-root.ts";
import { applied } from "./looks.ts";

/** Pods that leave a node two seconds after it is lost, and a node port before them. */
const mobile = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 6
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      tolerations:
      - { key: node.kubernetes.io/not-ready, operator: Exists, effect: NoExecute, tolerationSeconds: 2 }
      - { key: node.kubernetes.io/unreachable, operator: Exists, effect: NoExecute, tolerationSeconds: 2 }
      containers: [{ name: main, image: portolan/echo, ports: [{ containerPort: 8080 }] }]
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec: { type: NodePort, selector: { app: web }, ports: [{ port: 80, targetPort: 8080, nodePort: 30080 }] }
`;

test(
  "a node that dies: NotReady, its pods leave the endpoints at once, and others take their place",
  asRoot,
  async () => {
    await using machine = await makeMachine();
    const flags = ["--nodes", "3", "--node-monitor-grace-period", "15s"];
    await machine.portolan("up", "-d", ...flags, ...applied(machine, mobile));
    await machine.kubectl("rollout", "status", "deployment/web", "--timeout=20s");
    const { stdout } = await machine.run(portolan, "status", "-o", "json", "--data-dir", machine.dataDir);
    const { nodes, processes } = JSON.parse(stdout);
    const victim = processes.find(({ role }: { readonly role: string }) => role === "node-2");
    const { netns } = nodes.find(({ name }: { readonly name: string }) => name === "node-2");
    const block = await machine.kubectl("get", "node", "node-2", "-o=jsonpath={.spec.podCIDR}");
    const isThere = (ip: string): boolean => ip.startsWith(block.replace(/\d+\/24$/, ""));
    const endpoints = async (): Promise<readonly string[]> =>
      (await machine.kubectl("get", "endpoints", "web", "-o=jsonpath={.subsets[*].addresses[*].ip}")).split(" ");
    assert.ok((await endpoints()).some(isThere), "it has some of the pods");

    // As when its power fails: nothing of it answers any more.
    process.kill(victim.pid, "SIGSTOP");
    await run(["ip", "-n", netns, "link", "set", "eth0", "down"]);
    try {
      const ready = ["get", "node", "node-2", '-o=jsonpath={.status.conditions[?(@.type=="Ready")].status}'];
      await eventually("the node is NotReady", async () => (await machine.kubectl(...ready)) === "Unknown", {
        seconds: 40,
      });
      await eventually("its pods are no endpoints", async () => !(await endpoints()).some(isThere), { seconds: 10 });
      await eventually("others took their place", async () => (await endpoints()).length === 6, { seconds: 20 });
      const other = nodes.find(({ name }: { readonly name: string }) => name === "node-3");
      const ask = async (): Promise<string> =>
        (await machine.run("curl", "--silent", "--show-error", "--max-time", "10", `http://${other.ip}:30080/`)).stdout;
      await eventually("the rules have followed", async () => /^You've hit web-/.test(await ask()), { seconds: 20 });
      for (let again = 0; again < 20; again++) assert.match(await ask(), /^You've hit web-/);
    } finally {
      process.kill(victim.pid, "SIGCONT");
    }
  },
);
