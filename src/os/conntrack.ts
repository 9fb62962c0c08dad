import { once } from "node:events";
import { type Cidr, contains } from "#net/cidr.ts";
import { type Ip, type IpFamily, parseIp } from "#net/ip.ts";
import { dumpUdpFlows } from "./conntrack-dump.ts";
import { forgetTuples } from "./conntrack-netlink.ts";
import { CommandFailed, run, start } from "./spawn.ts";

interface Place {
  readonly ip: Ip;
  readonly port: number;
}

/** A flow that the kernel tracks: who sends, where to, and who answers. */
export interface TrackedFlow {
  readonly protocol: string;
  readonly from: Place;
  readonly to: Place;
  readonly answeredBy: Place;
}

/**
 * The UDP flows to these addresses, all of one family. However many there are of other people's, the kernel's table is read a few times
 * at most, and they are neither kept nor parsed.
 */
export async function listUdpFlows(family: IpFamily, to: readonly Ip[]): Promise<readonly TrackedFlow[]> {
  return (await dumpUdpFlows(family, to)) ?? (await readUdpFlows(family, to));
}

/** By the program, which hands over the whole table as text. */
async function readUdpFlows(family: IpFamily, to: readonly Ip[]): Promise<readonly TrackedFlow[]> {
  const wanted = new Set(to.map(({ text }) => text));
  // It takes one address: what it doesn't print needn't be read.
  const [only] = wanted.size === 1 ? wanted : [];
  const filter = only === undefined ? [] : ["--orig-dst", only];
  const argv = ["conntrack", "-L", "-f", family.toLowerCase(), "-p", "udp", ...filter] as const;
  const child = start(argv, { stdio: ["ignore", "pipe", "ignore"] });
  const ended = once(child, "close");
  const found: TrackedFlow[] = [];
  let rest = "";
  for await (const chunk of child.stdout?.setEncoding("latin1") ?? []) {
    const lines = `${rest}${chunk}`.split("\n");
    rest = lines.pop() ?? "";
    found.push(...lines.filter((line) => wanted.has(firstTarget(line))).flatMap((line) => parseFlow(line) ?? []));
  }
  const [exitCode] = await ended;
  if (exitCode !== 0) throw new CommandFailed(argv, { why: `ended with code ${exitCode}`, stderr: "", exitCode });
  return found;
}

function firstTarget(line: string): string {
  const at = line.indexOf(" dst=") + 5;
  return line.slice(at, line.indexOf(" ", at));
}

async function list(family: IpFamily, filter: readonly string[]): Promise<readonly TrackedFlow[]> {
  const { stdout } = await run(["conntrack", "-L", "-f", family.toLowerCase(), ...filter]);
  return stdout.split("\n").flatMap((line) => parseFlow(line) ?? []);
}

// udp 17 29 src=10.244.0.5 dst=10.96.0.10 sport=40000 dport=53 [UNREPLIED] src=10.244.0.7 dst=10.244.0.5 sport=53 dport=40000 use=1
function parseFlow(line: string): TrackedFlow | undefined {
  const all = (name: string) => [...line.matchAll(new RegExp(`\\s${name}=(\\S+)`, "g"))].map(([, value = ""]) => value);
  const [protocol = ""] = line.split(" ");
  const [sources, targets, sourcePorts, targetPorts] = [all("src"), all("dst"), all("sport"), all("dport")];
  const from = placeOf(sources[0], sourcePorts[0]);
  const to = placeOf(targets[0], targetPorts[0]);
  const answeredBy = placeOf(sources[1], sourcePorts[1]);
  return from && to && answeredBy && { protocol, from, to, answeredBy };
}

function placeOf(address = "", port = ""): Place | undefined {
  const ip = parseIp(address);
  return ip === undefined || !/^\d+$/.test(port) ? undefined : { ip, port: Number(port) };
}

/** Makes the kernel forget these UDP flows, however many others it has: without reading its table once more, where it can. */
export async function forgetUdpFlows(flows: readonly TrackedFlow[]): Promise<void> {
  if (flows.length === 0 || (await forgetTuples(flows))) return;
  const kinds = new Map(flows.map((flow) => [JSON.stringify(places(flow)), flow]));
  for (const flow of kinds.values()) await deleteFlows(flow);
}

/** Makes the kernel forget all flows of that protocol to that place which that endpoint answers; harmless where there are none. */
async function deleteFlows({ protocol, to, answeredBy }: TrackedFlow): Promise<void> {
  const original = ["--orig-dst", to.ip.text, "--orig-port-dst", String(to.port)];
  const reply = ["--reply-src", answeredBy.ip.text, "--reply-port-src", String(answeredBy.port)];
  await forget(to.ip.family, ["-p", protocol, ...original, ...reply]);
}

/** Makes the kernel forget every flow from, to or answered by an address of the block, of all protocols. */
export async function deleteFlowsOf(block: Cidr): Promise<void> {
  await forget(block.family, ["--orig-src", block.text]);
  await forget(block.family, ["--orig-dst", block.text]);
  // conntrack takes no block for those who answer.
  const answered = (await list(block.family, [])).filter(({ answeredBy }) => contains(block, answeredBy.ip));
  const kinds = new Map(answered.map((flow) => [JSON.stringify([flow.protocol, places(flow)]), flow]));
  for (const flow of kinds.values()) await deleteFlows(flow);
}

const places = ({ to, answeredBy }: TrackedFlow): readonly (string | number)[] =>
  [to, answeredBy].flatMap(({ ip, port }) => [ip.text, port]);

async function forget(family: IpFamily, filter: readonly string[]): Promise<void> {
  try {
    await run(["conntrack", "-D", "-f", family.toLowerCase(), ...filter]);
  } catch (fault) {
    // conntrack calls it a failure to find nothing to delete.
    if (fault instanceof CommandFailed && fault.stderr.includes(" 0 flow entries have been deleted")) return;
    throw fault;
  }
}
