import { type Cidr, contains } from "#net/cidr.ts";
import { type Ip, type IpFamily, parseIp } from "#net/ip.ts";
import { CommandFailed, run } from "./spawn.ts";

interface Place {
  readonly ip: Ip;
  readonly port: number;
}

/** A flow that the kernel tracks: where the client sends to, and who answers. */
export interface TrackedFlow {
  readonly protocol: string;
  readonly to: Place;
  readonly answeredBy: Place;
}

/** Every UDP flow of one family. Reads the kernel's whole table: about a second for a million entries. */
export const listUdpFlows = (family: IpFamily): Promise<readonly TrackedFlow[]> => list(family, ["-p", "udp"]);

async function list(family: IpFamily, filter: readonly string[]): Promise<readonly TrackedFlow[]> {
  const { stdout } = await run(["conntrack", "-L", "-f", family.toLowerCase(), ...filter]);
  return stdout.split("\n").flatMap((line) => parseFlow(line) ?? []);
}

// udp 17 29 src=10.244.0.5 dst=10.96.0.10 sport=40000 dport=53 [UNREPLIED] src=10.244.0.7 dst=10.244.0.5 sport=53 dport=40000 use=1
function parseFlow(line: string): TrackedFlow | undefined {
  const all = (name: string) => [...line.matchAll(new RegExp(`\\s${name}=(\\S+)`, "g"))].map(([, value = ""]) => value);
  const [protocol = ""] = line.split(" ");
  const to = parseIp(all("dst")[0] ?? "");
  const by = parseIp(all("src")[1] ?? "");
  const [toPort, byPort] = [Number(all("dport")[0]), Number(all("sport")[1])];
  if (to === undefined || by === undefined || !Number.isInteger(toPort) || !Number.isInteger(byPort)) return undefined;
  return { protocol, to: { ip: to, port: toPort }, answeredBy: { ip: by, port: byPort } };
}

/** Makes the kernel forget all flows of that protocol to that place which that endpoint answers; harmless where there are none. */
export async function deleteFlows({ protocol, to, answeredBy }: TrackedFlow): Promise<void> {
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
