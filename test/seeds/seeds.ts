import { eventually } from "../harness/eventually.ts";
import { seedsFolder } from "./images.ts";
import { influxdbIngress, kubiaIngress } from "./ingress-seeds.ts";
import type { Seed } from "./seed.ts";
import { type Scene, Unexpected } from "./stage.ts";

const page = /^200 nginx on /;

/** With the node ports that every cluster has. */
export const usualSeeds: readonly Seed[] = [
  {
    file: "00-logstash-nodeport.yaml",
    expected: "refused: 17001 is no node port of the default range",
    namespace: "default",
    needs: [],
    async play({ kubectl }) {
      const { stderr } = await kubectl("create", "-f", path("00-logstash-nodeport.yaml"));
      return same(stderr, refusal("logstash-app-fb", 17001));
    },
  },
  {
    file: "01-mysql-clusterip.yaml",
    expected: "pods reach mysql-service:33306; from outside nothing of it",
    namespace: "mysql",
    needs: [],
    async play({ create, ask, nodes }) {
      await create("01-mysql-clusterip.yaml");
      const [inside] = await ask("pod", "tcp://mysql-service:33306", /^hello$/);
      const shut = [];
      for (const { ip } of nodes)
        for (const port of [33306, 3306]) shut.push(...(await ask("outside", `tcp://${ip}:${port}`, /^ECONNREFUSED$/)));
      return `pod: ${inside}; outside: ${shut.join(", ")}`;
    },
  },
  {
    file: "01-nginx-nodeport.yaml",
    expected: "outside NODE_IP:30001, pods nginx-service:30080",
    namespace: "nginx",
    needs: ["nginx"],
    async play({ create, ask, nodes }) {
      await create("01-nginx-nodeport.yaml");
      const outside = await askNodes({ ask, nodes }, ":30001/", page);
      const [node] = await ask(nodes[0], `http://${nodes[0].ip}:30001/`, page);
      const [pod] = await ask("pod", "http://nginx-service:30080/", page);
      return `outside: ${outside}; node: ${node}; pod: ${pod}`;
    },
  },
  {
    file: "01-influxdb-hostport.yaml",
    expected:
      "NODE_IP:8086 on the pod's own node alone; a second pod takes another node, or waits, in the scheduler's words",
    namespace: "hostport",
    needs: ["influxdb"],
    async play({ create, ask, kubectl, nodes, nodeOf }) {
      await create("01-influxdb-hostport.yaml");
      const own = await nodeOf("influxdb");
      const [outside] = await ask("outside", `http://${own.ip}:8086/ping`, /^204$/);
      const [node] = await ask(own, `http://${own.ip}:8086/ping`, /^204$/);
      for (const { ip, name } of nodes)
        if (name !== own.name) await ask("outside", `http://${ip}:8086/ping`, /^ECONNREFUSED$/);
      const [pod] = await ask("pod", "http://influxdb.hostport.hostport.cluster.local:8086/ping", /^204$/);
      await kubectl("create", "-f", path("01-influxdb-hostport-2.yaml"));
      if (nodes.length > 1) {
        await kubectl("wait", "pod/influxdb-2", "--for=condition=Ready", "--timeout=20s");
        const other = await nodeOf("influxdb-2");
        if (other.name === own.name) throw new Unexpected(`both pods are on ${own.name}`);
        await ask("outside", `http://${other.ip}:8086/ping`, /^204$/);
        await kubectl("delete", "pods", "influxdb", "influxdb-2", "--now");
        return `outside: ${outside}; node: ${node}; pod, by its name: ${pod}; the second is on ${other.name}, not on ${own.name}`;
      }
      await kubectl("wait", "pod/influxdb-2", "--for=condition=PodScheduled=false", "--timeout=10s");
      const { stdout } = await kubectl("describe", "pod", "influxdb-2");
      const words = "node(s) didn't have free ports for the requested pod ports";
      holds(stdout, words, "8086/TCP of node-1 by pod hostport/influxdb");
      await kubectl("delete", "pods", "influxdb", "influxdb-2", "--now");
      return `outside: ${outside}; node: ${node}; pod, by its name: ${pod}; the second: ${words}`;
    },
  },
  {
    file: "02-influxdb-hostnetwork.yaml",
    expected: "the pod has its node's address and interfaces, and answers there; a second one is told who has its port",
    namespace: "hostnetwork",
    needs: ["influxdb"],
    async play({ create, ask, kubectl, nodeOf }) {
      await create("02-influxdb-hostnetwork.yaml");
      const own = await nodeOf("influxdb");
      const { stdout } = await kubectl("get", "pod", "influxdb", "-o=jsonpath={.status.podIP} {.status.hostIP}");
      same(stdout, `${own.ip} ${own.ip}`);
      holds((await kubectl("exec", "influxdb", "--", "ip", "-o", "addr")).stdout, ` ${own.ip}/`);
      const [outside] = await ask("outside", `http://${own.ip}:8086/ping`, /^204$/);
      const [node] = await ask(own, "http://127.0.0.1:8086/ping", /^204$/);
      const second = [
        "run",
        "second",
        "--image=influxdb",
        "--overrides",
        JSON.stringify({ spec: { hostNetwork: true, nodeName: own.name } }),
      ];
      await kubectl(...second);
      await kubectl(
        "wait",
        "pod/second",
        "--for=jsonpath={.status.containerStatuses[0].restartCount}=1",
        "--timeout=20s",
      );
      const said = await eventually(
        "the event that names the holder",
        async () => holds((await kubectl("describe", "pod", "second")).stdout, "taken by pod hostnetwork/influxdb"),
        { seconds: 10 },
      );
      await kubectl("delete", "pods", "influxdb", "second", "--now");
      return `outside: ${outside}; node: ${node}; the second: ${/Container second ended[^(]*/.exec(said)?.[0].trim()}`;
    },
  },
  {
    file: "02-influxdb-nodeport.yaml",
    expected: "NODE_IP:30000, /ping answers 204",
    namespace: "influxdb",
    needs: ["influxdb"],
    async play({ create, ask, nodes }) {
      await create("02-influxdb-nodeport.yaml");
      const outside = await askNodes({ ask, nodes }, ":30000/ping", /^204$/);
      const [node] = await ask(nodes[0], `http://${nodes[0].ip}:30000/ping`, /^204$/);
      const [pod] = await ask("pod", "http://influxdb:8086/ping", /^204$/);
      return `outside: ${outside}; node: ${node}; pod: ${pod}`;
    },
  },
  {
    file: "02-influxdb-loadbalancer.yaml",
    expected:
      "EXTERNAL-IP and 8086:3xxxx/TCP; ClusterIP:8086 from pods, NODE_IP:3xxxx and EXTERNAL-IP:8086 from outside",
    namespace: "influxdb",
    needs: ["influxdb"],
    async play(scene) {
      const { ask, kubectl, nodes } = scene;
      await kubectl("delete", "service", "influxdb");
      await scene.create("02-influxdb-loadbalancer.yaml");
      const address = await balancerOf(scene, "influxdb");
      const { stdout } = await kubectl("get", "service", "influxdb");
      const [, ip = "", nodePort = ""] = /(\S+) +\S+ +8086:(3\d{4})\/TCP/.exec(holds(stdout, address)) ?? [];
      const [pod] = await ask("pod", `http://${ip}:8086/ping`, /^204$/);
      const outside = await askNodes({ ask, nodes }, `:${nodePort}/ping`, /^204$/);
      // Where this machine is the node, only it reaches the address.
      const from = nodes[0].netns === null ? nodes[0] : "outside";
      const [balanced] = await ask(from, `http://${address}:8086/ping`, /^204$/);
      return `${address}: ${balanced}; pod: ${pod}; outside, ${nodePort}: ${outside}`;
    },
  },
  influxdbIngress,
  {
    file: "02-internal-clusterip.yaml",
    expected: "pods my-internal-service:80, by address and by name",
    namespace: "internal",
    needs: ["nginx"],
    async play({ create, ask, kubectl }) {
      await create("02-internal-clusterip.yaml");
      const ip = (await kubectl("get", "service", "my-internal-service", "-o=jsonpath={.spec.clusterIP}")).stdout;
      const [byAddress] = await ask("pod", `http://${ip}:80/`, page);
      const [byName] = await ask("pod", "http://my-internal-service:80/", page);
      const [byLongName] = await ask("pod", "http://my-internal-service.internal.svc.cluster.local/", page);
      return `${ip}: ${byAddress}; name: ${byName}; long name: ${byLongName}`;
    },
  },
  {
    file: "03-kubia-multiport.yaml",
    expected: "one service, two named ports: 80 to 8080, 443 to 8443",
    namespace: "kubia",
    needs: [],
    async play({ create, ask }) {
      await create("03-kubia-multiport.yaml");
      const [plain] = await ask("pod", "http://kubia:80/", /^200 You've hit kubia-/);
      const [secure] = await ask("pod", "https://kubia:443/", /^200 You've hit kubia-/);
      return `80: ${plain}; 443 (TLS): ${secure}`;
    },
  },
  {
    file: "03-kubia-affinity.yaml",
    expected: "one client, one pod; Cookie as a value is refused",
    namespace: "kubia",
    needs: [],
    async play({ create, ask, kubectl }) {
      await create("03-kubia-affinity.yaml");
      const answers = new Set(await ask("pod", "http://kubia-sticky/", /^200 You've hit kubia-/, 30));
      if (answers.size !== 1) throw new Unexpected(`30 requests met ${answers.size} pods`);
      const { stderr } = await kubectl(
        "patch",
        "service",
        "kubia-sticky",
        "-p",
        '{"spec":{"sessionAffinity":"Cookie"}}',
      );
      return `30 requests: ${[...answers].join()}; ${holds(stderr, 'spec.sessionAffinity: Unsupported value: "Cookie"')}`;
    },
  },
  {
    file: "03-kubia-nodeport.yaml",
    expected: "30123 on the node reaches every pod",
    namespace: "kubia",
    needs: [],
    async play({ create, ask, nodes }) {
      await create("03-kubia-nodeport.yaml");
      const stories = [];
      for (const { name, ip } of nodes) {
        const answers = await ask("outside", `http://${ip}:30123/`, /^200 You've hit kubia-/, 60);
        if (new Set(answers).size !== 3) throw new Unexpected(`60 requests met ${new Set(answers).size} pods of 3`);
        stories.push(`${name}: 60 requests, ${spread(answers)}`);
      }
      return stories.join("; ");
    },
  },
  {
    file: "03-kubia-loadbalancer.yaml",
    expected: "an address that serves port 80, from pods of every node",
    namespace: "kubia",
    needs: [],
    async play(scene) {
      const { ask, nodes } = scene;
      await scene.create("03-kubia-loadbalancer.yaml");
      const address = await balancerOf(scene, "kubia-loadbalancer");
      const from = nodes[0].netns === null ? nodes[0] : "outside";
      const answers = await ask(from, `http://${address}/`, /^200 You've hit kubia-/, 60);
      if (new Set(answers).size !== 3) throw new Unexpected(`60 requests met ${new Set(answers).size} pods of 3`);
      return `${address}: 60 requests, ${spread(answers)}`;
    },
  },
  kubiaIngress,
  {
    file: "04-nginx-svc.yaml",
    expected: "three replicas, requests spread evenly; scale changes them",
    namespace: "web",
    needs: ["nginx"],
    async play(scene) {
      const { create, ask, kubectl } = scene;
      await create("04-nginx-svc.yaml");
      const answers = await ask("pod", "http://nginx-svc/", page, 90);
      if (new Set(answers).size !== 3) throw new Unexpected(`90 requests met ${new Set(answers).size} pods of 3`);
      await kubectl("scale", "deployment/nginx-deployment", "--replicas=4");
      await kubectl("rollout", "status", "deployment/nginx-deployment", "--timeout=30s");
      const { stdout } = await kubectl("get", "endpoints", "nginx-svc", "-o=jsonpath={.subsets[*].addresses[*].ip}");
      const count = stdout.split(" ").length;
      if (count !== 4) throw new Unexpected(`${count} endpoints after scaling to 4`);
      const chains = await chainsOf(scene, "web/nginx-svc cluster IP", count);
      return `pod: 90 requests, ${spread(answers)}; ${count} endpoints after scaling${chains}`;
    },
  },
  {
    file: "04-nginx-nodeport.yaml",
    expected: "kubectl apply makes that service NodePort 32080",
    namespace: "web",
    needs: ["nginx"],
    async play({ ask, kubectl, nodes }) {
      const type = "-o=jsonpath={.spec.type} {.spec.clusterIP}";
      const before = (await kubectl("get", "service", "nginx-svc", type)).stdout;
      const { stdout } = await kubectl("apply", "-f", path("04-nginx-nodeport.yaml"));
      const after = (await kubectl("get", "service", "nginx-svc", type)).stdout;
      if (after !== before.replace("ClusterIP", "NodePort")) throw new Unexpected(`${before}, then ${after}`);
      const outside = await askNodes({ ask, nodes }, ":32080/", page);
      return `${stdout.trim()}; outside: ${outside}`;
    },
  },
  {
    file: "bad/04-nodeport-8123.yaml",
    expected: "refused in Kubernetes' words",
    namespace: "bad",
    needs: [],
    async play(scene) {
      const { stderr } = await scene.kubectl("create", "-f", path("bad/04-nodeport-8123.yaml"));
      return `${same(stderr, refusal("nginx-svc", 8123))}${await nothingStored(scene)}`;
    },
  },
  {
    file: "bad/01-comment-in-yaml.yaml",
    expected: "refused with the field's name and what was expected",
    namespace: "bad",
    needs: [],
    async play(scene) {
      const { stderr } = await scene.kubectl("create", "-f", path("bad/01-comment-in-yaml.yaml"));
      return `${holds(stderr, "spec.ports.", "int32")}${await nothingStored(scene)}`;
    },
  },
  {
    file: "bad/02-misplaced-selector.yaml",
    expected: "selector outside spec: refused by name",
    namespace: "bad",
    needs: [],
    async play(scene) {
      const { stderr } = await scene.kubectl("create", "-f", path("bad/02-misplaced-selector.yaml"));
      return `${holds(stderr, 'unknown field "selector"')}${await nothingStored(scene)}`;
    },
  },
];

/** With `--service-node-port-range 17000-32767`. */
export const wideSeeds: readonly Seed[] = [
  {
    file: "00-logstash-nodeport.yaml",
    expected: "with the range flag: logstash-app-fb:7001 from pods, NODE_IP:17001 from outside; 5045 is never open",
    namespace: "default",
    needs: [],
    async play({ create, ask, nodes }) {
      await create("00-logstash-nodeport.yaml");
      const [pod] = await ask("pod", "tcp://logstash-app-fb:7001", /^hello$/);
      const open: string[] = [];
      const shut: string[] = [];
      for (const { ip } of nodes) {
        open.push(...(await ask("outside", `tcp://${ip}:17001`, /^hello$/)));
        shut.push(...(await ask("outside", `tcp://${ip}:5045`, /^ECONNREFUSED$/)));
      }
      return `pod: ${pod}; outside: ${open.join(", ")}; 5045: ${shut.join(", ")}`;
    },
  },
];

/** What every node answers at that port and path, asked from outside. */
async function askNodes({ ask, nodes }: Pick<Scene, "ask" | "nodes">, at: string, wanted: RegExp): Promise<string> {
  const answers = [];
  for (const { ip } of nodes) answers.push(...(await ask("outside", `http://${ip}${at}`, wanted)));
  return answers.join(", ");
}

/** In iptables mode: what people look at there, by the commands that they type. Throws `Unexpected`. */
async function chainsOf({ iptables, nodes }: Scene, comment: string, podCount: number): Promise<string> {
  if (iptables === undefined) return "";
  const list = async (chain: string): Promise<readonly string[]> =>
    (await iptables(nodes[0], "-t", "nat", "-nvxL", chain)).stdout.split("\n").slice(2);
  const entry = (await list("KUBE-SERVICES")).find((line) => line.includes(`/* ${comment} */`)) ?? "";
  const service = /KUBE-SVC-[A-Z0-9]{16}/.exec(entry)?.[0] ?? "";
  const picks = (await list(service)).filter((line) => line.includes("KUBE-SEP-"));
  const rolls = picks.filter((line) => line.includes("statistic mode random probability"));
  if (picks.length !== podCount || rolls.length !== podCount - 1)
    throw new Unexpected(
      `${service} has ${picks.length} rules, ${rolls.length} of them by chance, for ${podCount} pods`,
    );
  for (const pick of picks) {
    const [endpoint = ""] = /KUBE-SEP-[A-Z0-9]{16}/.exec(pick) ?? [];
    holds((await list(endpoint)).join("\n"), "DNAT", "to:10.");
  }
  return `; ${service} has a rule a pod`;
}

/** Waits until a load balancer has its address, and gives it. Throws `Unexpected`. */
async function balancerOf({ kubectl }: Scene, service: string): Promise<string> {
  const address = "{.status.loadBalancer.ingress[0].ip}";
  await kubectl("wait", `service/${service}`, `--for=jsonpath=${address}`, "--timeout=10s");
  const { stdout } = await kubectl("get", "service", service, `-o=jsonpath=${address}`);
  if (stdout === "") throw new Unexpected(`${service} has no address`);
  return stdout;
}

const path = (file: string): string => `${seedsFolder}/${file}`;

const refusal = (service: string, port: number): string =>
  `The Service "${service}" is invalid: spec.ports[0].nodePort: Invalid value: ${port}: provided port is not in the valid range. The range of valid ports is 30000-32767`;

function same(said: string, wanted: string): string {
  if (said.trim() !== wanted) throw new Unexpected(said.trim() || "it was taken");
  return wanted;
}

function holds(said: string, ...words: readonly string[]): string {
  if (!words.every((word) => said.includes(word))) throw new Unexpected(said.trim() || "it was taken");
  return said.trim();
}

async function nothingStored({ kubectl }: Scene): Promise<string> {
  const { stdout } = await kubectl("get", "services", "-o=name");
  if (stdout.trim() !== "") throw new Unexpected(`stored: ${stdout.trim()}`);
  return "; nothing is stored";
}

/** `31 + 28 + 31`. */
function spread(answers: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const answer of answers) counts.set(answer, (counts.get(answer) ?? 0) + 1);
  return [...counts.values()].join(" + ");
}
