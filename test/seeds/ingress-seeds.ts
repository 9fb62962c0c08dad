import { seedsFolder } from "./images.ts";
import type { Seed } from "./seed.ts";
import { type Scene, Unexpected } from "./stage.ts";

export const influxdbIngress: Seed = {
  file: "02-influxdb-ingress-v1beta1.yaml",
  expected:
    "by the ingress address and the host's name, /ping answers 204; straight to the pod, with no flow to the ClusterIP",
  namespace: "influxdb",
  needs: ["influxdb"],
  async play(scene) {
    const { ask, kubectl } = scene;
    await kubectl("create", "-f", path("02-influxdb-ingress-v1beta1.yaml"));
    const address = await ingressAddress(scene, "influxdb");
    const { stdout: ip } = await kubectl("get", "service", "influxdb", "-o=jsonpath={.spec.clusterIP}");
    await flowsTo(scene, ip, "-D");
    const answer = await curl(
      scene,
      "-o",
      "/dev/null",
      "-w",
      "%{http_code}",
      ...forHost("influxdb.kube.example.com", address),
      "http://influxdb.kube.example.com/ping",
    );
    if (answer !== "204") throw new Unexpected(answer);
    const flows = await flowsTo(scene, ip, "-L");
    if (flows !== "") throw new Unexpected(flows);
    const [pod] = await ask("pod", "http://influxdb.kube.example.com/ping", /^204$/);
    return `${address}: ${answer}, no flow to ${ip}; pod, by its name: ${pod}`;
  },
};

export const kubiaIngress: Seed = {
  file: "03-kubia-ingress-v1beta1.yaml",
  expected: "ADDRESS is filled in; /kubia and /foo go to two services, everything else to a third",
  namespace: "kubia",
  needs: [],
  async play(scene) {
    await scene.create("03-bar.yaml");
    await scene.kubectl("create", "-f", path("03-kubia-ingress-v1beta1.yaml"));
    const address = await ingressAddress(scene, "kubia");
    const { stdout } = await scene.kubectl("get", "ingress", "kubia");
    if (!/^kubia +portolan +kubia\.example\.com +[\d.]+ +80 /m.test(stdout)) throw new Unexpected(stdout);
    const stories = [];
    for (const [at, wanted] of [
      ["/kubia", /^You've hit kubia-/],
      ["/foo", /^You've hit bar-/],
      ["/", /^You've hit kubia-/],
    ] as const) {
      const answer = await curl(scene, ...forHost("kubia.example.com", address), `http://kubia.example.com${at}`);
      if (!wanted.test(answer)) throw new Unexpected(`${at}: ${answer}`);
      stories.push(`${at}: ${answer.trim()}`);
    }
    return `${address}; ${stories.join("; ")}`;
  },
};

/** Waits until an Ingress has its address, and gives it. Throws `Unexpected`. */
async function ingressAddress({ kubectl }: Scene, ingress: string): Promise<string> {
  const address = "{.status.loadBalancer.ingress[0].ip}";
  await kubectl("wait", `ingress/${ingress}`, `--for=jsonpath=${address}`, "--timeout=30s");
  const { stdout } = await kubectl("get", "ingress", ingress, `-o=jsonpath=${address}`);
  if (stdout === "") throw new Unexpected(`${ingress} has no address`);
  return stdout;
}

const forHost = (host: string, address: string): readonly string[] => ["--resolve", `${host}:80:${address}`];

/** What curl prints, from where load balancers are reached. */
async function curl({ run, nodes: [first] }: Scene, ...args: readonly string[]): Promise<string> {
  const { stdout, stderr } = await run(first.netns === null ? first : "outside", "curl", "-sS", "-m", "5", ...args);
  return stdout === "" ? stderr : stdout;
}

/** Lists or deletes the flows to an address that the nodes know. */
async function flowsTo({ run, nodes }: Scene, ip: string, command: "-L" | "-D"): Promise<string> {
  const lists = await Promise.all(nodes.map((node) => run(node, "conntrack", command, "-d", ip)));
  return lists.map(({ stdout }) => stdout).join("");
}

const path = (file: string): string => `${seedsFolder}/${file}`;
