import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually } from "../harness/eventually.ts";
import { type Machine, makeMachine } from "../harness/machine.ts";
import { asRoot } from "./as-root.ts";
import { applied } from "./looks.ts";

const within = { seconds: 20 };

/** An Ingress brings the controller; its class' parameters say which ports it opens besides. */
const manifests = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: echo }
spec:
  replicas: 2
  selector: { matchLabels: { app: echo } }
  template:
    metadata: { labels: { app: echo } }
    spec: { containers: [{ name: main, image: portolan/echo, args: [--http, "8080", --tcp, "7000", --udp, "7053"] }] }
---
apiVersion: v1
kind: Service
metadata: { name: echo }
spec:
  selector: { app: echo }
  ports:
    - { name: http, port: 80, targetPort: 8080 }
    - { name: lines, port: 7000 }
    - { name: datagrams, port: 53, protocol: UDP, targetPort: 7053 }
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: echo }
spec: { defaultBackend: { service: { name: echo, port: { name: http } } } }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: settings }
data: { tcp.9000: "default/echo:lines", udp.9053: "default/echo:53" }
`;

const parameters = { kind: "ConfigMap", name: "settings", scope: "Namespace", namespace: "default" };

const clients = {
  tcp: `const socket = require("net").connect(PORT, ADDRESS, () => socket.write("hostname\\n"));
    socket.on("data", end).on("error", end);`,
  udp: `const socket = require("dgram").createSocket("udp4").on("message", end).on("error", end);
    socket.send("hostname", PORT, ADDRESS);`,
};

/** What echo answers who asks for its name; "silent" where nobody does. */
async function ask(machine: Machine, by: keyof typeof clients, to: readonly [string, number]): Promise<string> {
  const script = `const [ADDRESS, PORT] = ${JSON.stringify(to)};
    const end = (what) => { console.log(String(what).trim()); process.exit(); };
    setTimeout(end, 1000, "silent");
    ${clients[by]}`;
  return (await machine.run(process.execPath, "-e", script)).stdout.trim();
}

test(
  "TCP and UDP ports of the class' parameters are reached at the Ingress' address, until they go",
  asRoot,
  async () => {
    await using machine = await makeMachine();
    await machine.portolan("up", "-d", ...applied(machine, manifests));
    await machine.kubectl(
      "patch",
      "ingressclass",
      "portolan",
      "--type=merge",
      "-p",
      JSON.stringify({ spec: { parameters } }),
    );
    const address = await eventually(
      "the Ingress has an address",
      async () =>
        (await machine.kubectl("get", "ingress", "echo", "-o=jsonpath={.status.loadBalancer.ingress[0].ip}")) ||
        undefined,
      within,
    );
    const answers = (by: keyof typeof clients, port: number, wanted: RegExp): Promise<unknown> =>
      eventually(
        `${by} ${port} answers ${wanted}`,
        async () => wanted.test(await ask(machine, by, [address, port])),
        within,
      );
    await answers("tcp", 9000, /^echo-/);
    await answers("udp", 9053, /^echo-/);
    assert.match(await machine.portolan("trace", `${address}:9053/udp`), /default\/echo-/);
    await machine.kubectl(
      "patch",
      "configmap",
      "settings",
      "--type=merge",
      "-p",
      '{"data":{"tcp.9000":null,"udp.9053":null}}',
    );
    await answers("tcp", 9000, /ECONNREFUSED|silent/);
    await answers("udp", 9053, /^silent$/);
    const front = ["get", "service", "portolan-ingress", "-n", "portolan-system", "-o=jsonpath={.spec.ports[*].port}"];
    assert.equal(await machine.kubectl(...front), "80 443");
  },
);
