import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { eventually } from "../harness/eventually.ts";
import { type Machine, makeMachine } from "../harness/machine.ts";
import { asRoot } from "./as-root.ts";

const objects = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
        - name: main
          image: portolan/echo
          readinessProbe: { httpGet: { path: /healthz, port: 8080 }, periodSeconds: 1 }
          ports: [{ containerPort: 8080 }]
          env: [{ name: ADDRESSES, valueFrom: { fieldRef: { fieldPath: status.podIPs } } }]
---
apiVersion: v1
kind: Pod
metadata: { name: caller }
spec: { containers: [{ name: main, image: curl, command: [sleep, "1000"] }] }
---
apiVersion: v1
kind: Service
metadata: { name: both }
spec:
  type: NodePort
  ipFamilyPolicy: RequireDualStack
  selector: { app: web }
  ports: [{ port: 80, targetPort: 8080, nodePort: 30085 }]
---
apiVersion: v1
kind: Service
metadata: { name: single }
spec: { selector: { app: web }, ports: [{ port: 80, targetPort: 8080 }] }
---
apiVersion: v1
kind: Service
metadata: { name: headless }
spec: { clusterIP: None, ipFamilyPolicy: PreferDualStack, selector: { app: web }, ports: [{ port: 8080 }] }
`;
const rows = [
  { first: "IPv4", pods: "10.244.0.0/16,fd00:10:244::/56", services: "10.96.0.0/12,fd00:10:96::/112", nodes: "1" },
  { first: "IPv6", pods: "fd00:10:244::/56,10.244.0.0/16", services: "fd00:10:96::/112,10.96.0.0/12", nodes: "2" },
] as const;

for (const { first, pods, services, nodes } of rows)
  describe(`a cluster of both families, ${first} first, of ${nodes} node(s)`, asRoot, () => {
    let machine: Machine;
    before(async () => {
      machine = await makeMachine();
      const file = `${machine.dataDir}.yaml`;
      writeFileSync(file, objects);
      const ranges = ["--cluster-cidr", pods, "--service-cluster-ip-range", services];
      await machine.portolan("up", "-d", "--nodes", nodes, ...ranges, "-f", file);
      await machine.kubectl("wait", "--for=condition=Ready", "pods", "--all", "--timeout=30s");
    });
    after(() => machine?.[Symbol.asyncDispose]());

    const asked = async (...args: readonly string[]): Promise<string[]> =>
      (await machine.kubectl("get", ...args)).split(" ");
    const familyOf = (address: string): string => (address.includes(":") ? "IPv6" : "IPv4");
    const inUrl = (address: string): string => (address.includes(":") ? `[${address}]` : address);
    const inPod = (...argv: readonly string[]): Promise<string> => machine.kubectl("exec", "caller", "--", ...argv);
    const seenBy = async (url: string): Promise<string> => (await inPod("curl", "-gsS", "-m", "5", url)).trim();

    const answers = (address: string): Promise<boolean> =>
      seenBy(`http://${inUrl(address)}/`).then(
        () => true,
        () => false,
      );

    test("pods and Services have an address of each, the cluster's first family first", async () => {
      const families = first === "IPv4" ? ["IPv4", "IPv6"] : ["IPv6", "IPv4"];
      const ofPod = await asked("pod", "caller", "-o=jsonpath={.status.podIPs[*].ip}");
      assert.deepEqual(ofPod.map(familyOf), families);
      assert.deepEqual((await asked("svc", "both", "-o=jsonpath={.spec.clusterIPs[*]}")).map(familyOf), families);
      assert.deepEqual((await asked("svc", "single", "-o=jsonpath={.spec.clusterIPs[*]}")).map(familyOf), [first]);
      const [addresses = ""] = await asked("pod", "-l=app=web", "-o=jsonpath={.items[0].status.podIPs[*].ip}");
      const [name = ""] = await asked("pod", "-l=app=web", "-o=jsonpath={.items[0].metadata.name}");
      const told = (await machine.kubectl("exec", name, "--", "printenv", "ADDRESSES")).trim().split(",");
      assert.deepEqual([told[0], told.map(familyOf)], [addresses, families]);
    });

    test("slices tell of the pods in both families", async () => {
      const ofService = ["endpointslices", "-l=kubernetes.io/service-name=both"];
      const types = await asked(...ofService, "-o=jsonpath={.items[*].addressType}");
      assert.deepEqual(types.toSorted(), ["IPv4", "IPv6"]);
      const counts = await asked(...ofService, "-o=jsonpath={.items[*].endpoints[*].addresses[0]}");
      assert.equal(counts.length, 4);
    });

    for (const family of ["IPv4", "IPv6"])
      test(`a pod reaches all pods at the ${family} addresses of a Service and of the nodes`, async () => {
        const own = await asked("pod", "caller", "-o=jsonpath={.status.podIPs[*].ip}");
        const [address = ""] = (await asked("svc", "both", "-o=jsonpath={.spec.clusterIPs[*]}")).filter(
          (one) => familyOf(one) === family,
        );
        const peers = new Set<string>();
        const hosts = new Set<string>();
        await eventually(
          "both pods have answered",
          async () => {
            hosts.add(await seenBy(`http://${inUrl(address)}/`));
            peers.add((await seenBy(`http://${inUrl(address)}/clientip`)).replace(/:\d+$/, ""));
            return hosts.size === 2;
          },
          { seconds: 20 },
        );
        assert.deepEqual([...peers], own.filter((one) => familyOf(one) === family).map(inUrl));
        const nodeAddresses = await asked(
          "nodes",
          "-o=jsonpath={.items[*].status.addresses[?(@.type=='InternalIP')].address}",
        );
        for (const node of nodeAddresses.filter((one) => familyOf(one) === family)) {
          assert.match(await seenBy(`http://${inUrl(node)}:30085/`), /^You've hit web-/);
          const outside = await machine.run("curl", "-gsS", "-m", "5", `http://${inUrl(node)}:30085/`);
          assert.match(outside.stdout, /^You've hit web-/, outside.stderr);
        }
      });

    test("names lead to both families", async () => {
      const lookup = async (name: string): Promise<string[]> =>
        [...new Set((await inPod("getent", "ahosts", name)).split("\n").map((line) => line.split(/\s/)[0] ?? ""))]
          .filter((one) => one !== "")
          .toSorted();
      assert.deepEqual(
        await lookup("both"),
        (await asked("svc", "both", "-o=jsonpath={.spec.clusterIPs[*]}")).toSorted(),
      );
      const podIps = await asked("pod", "-l=app=web", "-o=jsonpath={.items[*].status.podIPs[*].ip}");
      assert.deepEqual(await lookup("headless"), podIps.toSorted());
      assert.match(await seenBy("http://both/"), /^You've hit web-/);
    });

    test("a Service gets a second family, and gives it up", async () => {
      const policy = (to: string): Promise<string> =>
        machine.kubectl("patch", "svc", "single", "-p", JSON.stringify({ spec: { ipFamilyPolicy: to } }));
      await policy("PreferDualStack");
      const [, second = ""] = await asked("svc", "single", "-o=jsonpath={.spec.clusterIPs[*]}");
      await eventually("its second address answers", () => answers(second), { seconds: 20 });
      await policy("SingleStack");
      assert.equal((await asked("svc", "single", "-o=jsonpath={.spec.clusterIPs[*]}")).length, 1);
      await eventually("its second address is nobody's", async () => !(await answers(second)), { seconds: 20 });
    });
  });
