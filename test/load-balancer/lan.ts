import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { nodes } from "#api/core/node.ts";
import { services } from "#api/core/service.ts";
import { resourceClient } from "#client/resource.ts";
import { type Transport, Unreachable } from "#client/transport.ts";
import { mustIp } from "#net/ip.ts";
import { macOf } from "#net/mac.ts";
import { ipBatch } from "#os/ip.ts";
import { run, start } from "#os/spawn.ts";
import { inProcessTransport } from "#server/connections/in-process.ts";
import { eventually } from "../harness/eventually.ts";
import { heldUntilInterrupted } from "../harness/interruption.ts";
import { administrator, type Served, serve } from "../server/served.ts";
import type { FromNode, ToNode } from "./node-words.ts";

/** Who said when that it has an address. */
export interface Answer {
  readonly atMs: number;
  readonly ip: string;
  readonly node: string;
}

/** The monotonic clock that answers are told by. */
export const nowMs = (): number => Number(process.hrtime.bigint() / 1000n) / 1000;

/** Nodes with announcers, each in a network namespace on one bridge, and somebody beside them who asks who has which address. */
export interface Lan extends AsyncDisposable {
  readonly transport: Transport;
  /** All answers until now. */
  readonly answers: readonly Answer[];
  /** What announcers ran into. */
  readonly failures: readonly string[];
  /** For `nsenter --net=`. */
  readonly namespaceOf: (node: string) => string;
  /** Runs something in a node's namespace. */
  readonly inNode: (node: string, ...argv: readonly string[]) => Promise<string>;
  readonly start: (node: string) => void;
  readonly signal: (node: string, signal: NodeJS.Signals) => void;
  /** Graceful. */
  readonly stop: (node: string) => Promise<void>;
  /** Requests of that node are lost from now on, or not. */
  /** Damaged ARP and neighbour messages, to everybody. */
  readonly sendJunk: () => void;
  readonly cutFromApi: (node: string, isCut: boolean) => void;
  /** The node that answers for it, after that moment and alone for that long. */
  readonly announcerOf: (ip: string, how?: Alone) => Promise<string>;
}
interface Alone {
  readonly afterMs?: number;
  readonly aloneMs?: number;
}

export interface LanOptions {
  readonly nodes: readonly string[];
  /** Addresses that Services have and that are asked for. */
  readonly addresses: readonly string[];
  /** Somebody else announces on these nodes. */
  readonly withoutAnnouncers?: boolean;
}

const options = ["--experimental-ffi", "--disable-warning=ExperimentalWarning"];
const hubAddress = "10.99.0.1";
const nodeAddress = (index: number): string => `10.99.0.${11 + index}`;
let made = 0;

export async function makeLan({ nodes: names, addresses, withoutAnnouncers = false }: LanOptions): Promise<Lan> {
  await using stack = new AsyncDisposableStack();
  const served = await serve();
  stack.use(served);
  const transport = inProcessTransport(served.server, administrator);
  const spaces = new Spaces(`ptlt-${process.pid}-lan${++made}`);
  stack.defer(() => spaces.remove());
  await spaces.make(names);
  await describe(transport, names, addresses);

  const answers: Answer[] = [];
  const failures: string[] = [];
  const running = new Map<string, AnnouncerProcess>();
  const begin = (node: string): void => {
    running.set(
      node,
      new AnnouncerProcess(node, { served, space: spaces.of(node), address: addressIn(names, node), failures }),
    );
  };
  if (!withoutAnnouncers) for (const name of names) begin(name);
  stack.defer(async () => {
    for (const one of running.values()) await one.end();
  });
  const nodeByMac = new Map(names.map((name) => [macOf(mustIp(addressIn(names, name))), name]));
  const prober = await spaces.probe(addresses, (atMs, ip, mac) =>
    answers.push({ atMs, ip, node: nodeByMac.get(mac) ?? mac }),
  );
  stack.defer(async () => void prober.kill("SIGKILL"));

  const owned = heldUntilInterrupted(stack.move());
  const processOf = (node: string): AnnouncerProcess => {
    const one = running.get(node);
    if (one === undefined) throw new RangeError(`no node ${node}`);
    return one;
  };
  return {
    transport,
    answers,
    failures,
    namespaceOf: (node) => `/run/netns/${spaces.of(node)}`,
    inNode: async (node, ...argv) => (await run(["nsenter", `--net=/run/netns/${spaces.of(node)}`, ...argv])).stdout,
    start: begin,
    signal: (node, signal) => processOf(node).signal(signal),
    stop: (node) => processOf(node).stop(),
    sendJunk: () => void prober.kill("SIGUSR2"),
    cutFromApi(node, isCut) {
      processOf(node).isCut = isCut;
    },
    announcerOf: (ip, how = {}) => loneAnswerer(answers, ip, how),
    [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose](),
  };
}

function loneAnswerer(answers: readonly Answer[], ip: string, how: Alone): Promise<string> {
  const { afterMs = nowMs(), aloneMs = 300 } = how;
  const look = async (): Promise<string | undefined> => {
    const since = Math.max(afterMs, nowMs() - aloneMs);
    const heard = answers.filter((one) => one.ip === ip && one.atMs >= since);
    const [first] = heard;
    const isAlone = heard.every(({ node }) => node === first?.node);
    return isAlone && nowMs() - afterMs >= aloneMs && heard.length > 5 ? first?.node : undefined;
  };
  return eventually(`one node alone answers for ${ip}`, look, { seconds: 20 });
}

const addressIn = (names: readonly string[], node: string): string => nodeAddress(names.indexOf(node));

async function describe(transport: Transport, names: readonly string[], addresses: readonly string[]): Promise<void> {
  for (const name of names)
    await resourceClient(transport, nodes).create("", {
      metadata: { name },
      status: { conditions: [{ type: "Ready", status: "True" }] },
    });
  const all = resourceClient(transport, services);
  for (const [i, ip] of addresses.entries()) {
    const service = await all.create("default", {
      metadata: { name: `service-${i}`, namespace: "default" },
      spec: {
        type: "LoadBalancer",
        ports: [{ port: 80 }],
        allocateLoadBalancerNodePorts: false,
      },
    });
    await all.updateStatus({ ...service, status: { loadBalancer: { ingress: [{ ip, ipMode: "VIP" }] } } });
  }
}

/** The namespaces: a hub with a bridge, and one a node. */
class Spaces {
  readonly #name: string;
  readonly #made: string[] = [];

  constructor(name: string) {
    this.#name = name;
  }
  of(node: string): string {
    return `${this.#name}-${node}`;
  }
  get #hub(): string {
    return this.of("hub");
  }

  async make(names: readonly string[]): Promise<void> {
    const hub = await this.#add("hub");
    await ipBatch(
      [
        "link set lo up",
        `link add lan address ${macOf(mustIp(hubAddress))} type bridge`,
        `addr add ${hubAddress}/24 dev lan`,
        "addr add fd99::1/64 dev lan nodad",
        "link set lan up",
      ],
      hub,
    );
    for (const [i, name] of names.entries()) {
      const path = await this.#add(name);
      const ip = nodeAddress(i);
      await ipBatch(
        [
          `link add to-${name} type veth peer name eth0.7 address ${macOf(mustIp(ip))} netns ${this.of(name)}`,
          `link set to-${name} master lan up`,
        ],
        hub,
      );
      await run([
        "nsenter",
        `--net=${path}`,
        "sysctl",
        "-qw",
        "net.ipv4.ip_forward=1",
        "net.ipv6.conf.all.forwarding=1",
      ]);
      await ipBatch(
        [
          "link set lo up",
          "link add own type bridge",
          "link set own up",
          `addr add ${ip}/24 dev eth0.7`,
          `addr add fd99::${11 + i}/64 dev eth0.7 nodad`,
          "link set eth0.7 up",
        ],
        path,
      );
    }
  }

  async probe(
    addresses: readonly string[],
    heard: (atMs: number, ip: string, mac: string) => void,
  ): Promise<ChildProcess> {
    const hub = `/run/netns/${this.#hub}`;
    const { stdout } = await run(["nsenter", `--net=${hub}`, "ip", "-j", "link", "show", "lan"]);
    const [link] = JSON.parse(stdout);
    const mac = macOf(mustIp(hubAddress));
    const program = join(import.meta.dirname, "prober.ts");
    const prober = start(
      [
        "nsenter",
        `--net=${hub}`,
        process.execPath,
        ...options,
        program,
        String(link.ifindex),
        mac,
        hubAddress,
        "fd99::1",
        ...addresses,
      ],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    if (prober.stdout !== null)
      createInterface({ input: prober.stdout }).on("line", (line) => {
        const { atMs, ip, mac: from } = JSON.parse(line);
        heard(atMs, ip, from);
      });
    return prober;
  }

  async remove(): Promise<void> {
    for (const name of this.#made.splice(0)) await run(["ip", "netns", "delete", name]);
  }

  async #add(what: string): Promise<string> {
    const name = this.of(what);
    await run(["ip", "netns", "add", name]);
    this.#made.push(name);
    return `/run/netns/${name}`;
  }
}

interface ProcessParts {
  readonly served: Served;
  readonly space: string;
  readonly address: string;
  readonly failures: string[];
}

/** An announcer, and its line to the API. */
class AnnouncerProcess {
  isCut = false;
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  readonly #open = new Map<string, AbortController>();
  readonly #transport: Transport;

  constructor(node: string, { served, space, address, failures }: ProcessParts) {
    this.#transport = inProcessTransport(served.server, {
      user: `system:node:${node}`,
      groups: ["system:nodes", "system:authenticated"],
    });
    const program = join(import.meta.dirname, "announcer-node.ts");
    this.#child = start(
      ["nsenter", `--net=/run/netns/${space}`, process.execPath, ...options, program, node, address],
      { stdio: ["ignore", "inherit", "inherit", "ipc"] },
    );
    this.#ended = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#child.on("message", (word: FromNode) => {
      if (word.kind === "failed") failures.push(`${node}: ${word.what}`);
      else if (word.kind === "abort") this.#open.get(word.id)?.abort();
      else void this.#answer(word);
    });
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }
  async stop(): Promise<void> {
    this.#say({ kind: "stop" });
    await this.#ended;
  }
  async end(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      this.#child.kill("SIGKILL");
      await this.#ended;
    }
    for (const one of this.#open.values()) one.abort();
    this.#transport.close();
  }

  async #answer({ id, request }: Extract<FromNode, { kind: "request" }>): Promise<void> {
    if (this.isCut) return;
    const abort = new AbortController();
    this.#open.set(id, abort);
    try {
      const answer = await this.#transport.send({ ...request, signal: abort.signal });
      const isWatch = request.path.includes("watch=true");
      const { status, headers } = answer;
      this.#say({ kind: "answer", id, status, headers, text: isWatch ? "" : await answer.text() });
      if (isWatch) for await (const line of answer.lines()) this.#say({ kind: "line", id, line });
    } catch (fault) {
      if (!(fault instanceof Unreachable || abort.signal.aborted)) throw fault;
      this.#say({ kind: "lost", id });
    }
    this.#say({ kind: "end", id });
    this.#open.delete(id);
  }

  #say(word: ToNode): void {
    // A node that was killed may still count as connected: what is said to it then is lost, and that is no fault of the test.
    if (!this.isCut && this.#child.connected) this.#child.send(word, () => {});
  }
}
