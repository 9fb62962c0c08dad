import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { run } from "#os/spawn.ts";
import { eventually } from "../harness/eventually.ts";
import { type Machine, makeMachine, type Outcome } from "../harness/machine.ts";
import { imagesFor, seedsFolder } from "./images.ts";

/** Something else was seen than expected; the message says what. */
export class Unexpected extends Error {}

/** What a cluster is made of. */
export interface Layout {
  readonly nodes: 1 | 3;
  readonly proxyMode: "nftables" | "iptables";
}

/** A node, as `portolan status` tells of it. */
export interface StageNode {
  readonly name: string;
  readonly ip: string;
  /** null: the machine itself. */
  readonly netns: string | null;
}

/** Where a request comes from: a pod, a node, or a host on the nodes' network that is none of them. */
export type Place = "pod" | "outside" | StageNode;

/** A cluster with the seeds' images, and the three places that its workloads are asked from. */
export interface Stage extends AsyncDisposable {
  /** Programs of the seeds that can't be had on this machine. */
  readonly missing: readonly string[];
  readonly up: (...flags: readonly string[]) => Promise<void>;
  readonly down: () => Promise<void>;
  /** Makes a namespace with a client pod in it. `default` is there already. */
  readonly enter: (namespace: string) => Promise<Scene>;
}

/** One namespace of it. */
export interface Scene {
  /** At least one. */
  readonly nodes: readonly [StageNode, ...StageNode[]];
  /** The node that a pod runs on. */
  readonly nodeOf: (pod: string) => Promise<StageNode>;
  readonly kubectl: (...args: readonly string[]) => Promise<Outcome>;
  /** The machine's own iptables on a node; undefined where the cluster's rules are nftables'. */
  readonly iptables: ((node: StageNode, ...args: readonly string[]) => Promise<Outcome>) | undefined;
  /** Runs a program outside or on a node. */
  readonly run: (from: Exclude<Place, "pod">, ...argv: readonly [string, ...string[]]) => Promise<Outcome>;
  /** Creates what a seed's file says and waits until its pods are ready. Throws `Unexpected`. */
  readonly create: (...files: readonly string[]) => Promise<void>;
  /** Throws `Unexpected` where no answer fits within some seconds. Gives the answers. */
  readonly ask: (from: Place, url: string, wanted: RegExp, times?: number) => Promise<readonly string[]>;
}

const asking = [
  "--input-type=module-typescript",
  "--eval",
  readFileSync(join(import.meta.dirname, "ask.ts"), "utf8"),
  "--",
];
/** Where containers of the built-in image have Node. */
const nodeInPod = "/usr/local/lib/portolan/node";
const patienceSeconds = 15;

export async function openStage({ proxyMode }: Pick<Layout, "proxyMode">): Promise<Stage> {
  await using unlessDone = new AsyncDisposableStack();
  // A container has a /tmp of its own, and so would not see a catalogue's programs there.
  const folder = await mkdtemp("/opt/portolan-seeds-");
  unlessDone.defer(() => rm(folder, { recursive: true, force: true }));
  const images = imagesFor(folder);
  const machine = unlessDone.use(await makeMachine());
  const owned = unlessDone.move();
  return {
    missing: images.missing,
    up: async (...flags) => {
      await machine.portolan("up", "-d", "--images", images.file, ...flags);
    },
    down: async () => {
      await machine.portolan("down", "--purge");
    },
    async enter(namespace) {
      const status = JSON.parse(await machine.portolan("status", "-o", "json"));
      const entered = sceneOf(machine, { namespace, nodes: status.nodes, proxyMode });
      if (namespace !== "default") demand(await entered.kubectl("create", "namespace", namespace));
      demand(await entered.kubectl("run", "client", "--image=portolan/echo", "--restart=Never"));
      return entered;
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Where a program must be started to be on that node. */
const inside = ({ netns }: StageNode): readonly string[] =>
  netns === null ? [] : ["nsenter", `--net=/run/netns/${netns}`];

interface Setting {
  readonly namespace: string;
  readonly nodes: Scene["nodes"];
  readonly proxyMode: Layout["proxyMode"];
}

function sceneOf(machine: Machine, { namespace, nodes, proxyMode }: Setting): Scene {
  const { kubeconfig } = machine;
  const [first] = nodes;
  const kubectl = (...args: readonly string[]): Promise<Outcome> =>
    machine.run(machine.kubectlPath, "--kubeconfig", kubeconfig, "--namespace", namespace, ...args);
  const runFrom: Scene["run"] = async (from, ...argv) => {
    if (from !== "outside") return machine.run(...inside(from), ...argv);
    // Beside a machine that is the node stands the host of the tests; beside nodes that are namespaces, their machine.
    return first.netns !== null ? machine.run(...argv) : { code: 0, ...(await run(argv)) };
  };
  const answersFrom = async (from: Place, url: string, times: number): Promise<readonly string[]> => {
    const args = [...asking, url, String(times)];
    if (from === "pod") return answersIn(await kubectl("exec", "client", "--", nodeInPod, ...args));
    return answersIn(await runFrom(from, process.execPath, ...args));
  };
  return {
    nodes,
    async nodeOf(pod) {
      const { stdout } = await kubectl("get", "pod", pod, "-o=jsonpath={.spec.nodeName}");
      const node = nodes.find(({ name }) => name === stdout);
      if (node === undefined) throw new Unexpected(`pod ${pod} is on no node`);
      return node;
    },
    kubectl,
    run: runFrom,
    iptables:
      proxyMode === "iptables" ? (node, ...args) => machine.run(...inside(node), "iptables", ...args) : undefined,
    async create(...files) {
      for (const file of files) demand(await kubectl("create", "-f", `${seedsFolder}/${file}`));
      demand(await kubectl("wait", "pods", "--all", "--for=condition=Ready", "--timeout=30s"));
      demand(await kubectl("get", "endpoints"));
    },
    async ask(from, url, wanted, times = 1) {
      let seen: readonly string[] = [];
      const fits = async (): Promise<boolean> => {
        seen = await answersFrom(from, url, times);
        return seen.length === times && seen.every((answer) => wanted.test(answer));
      };
      await eventually(`an answer of ${url}`, fits, { seconds: patienceSeconds }).catch(() => {
        throw new Unexpected(
          `${url} from ${typeof from === "string" ? from : from.name}: ${seen.join(", ") || "nothing"}`,
        );
      });
      return seen;
    },
  };
}

function demand({ code, stderr }: Outcome): void {
  if (code !== 0) throw new Unexpected(stderr.trim().split("\n").at(-1) ?? `code ${code}`);
}

const answersIn = ({ stdout, stderr }: Outcome): readonly string[] =>
  stdout.startsWith("[") ? JSON.parse(stdout) : [stderr.trim()];
