import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "#os/spawn.ts";

/** What can be seen of this machine from outside of the programs on it; every facet a list of lines, one a thing. */
export type MachineState = ReadonlyMap<Facet, readonly string[]>;

const observers = {
  namespace: () => entries("/run/netns"),
  link: links,
  address: addresses,
  route: routes,
  rule: rules,
  "nftables line": nftables,
  mount: mounts,
  "kernel setting": kernelSettings,
  cgroup: cgroups,
  "listening port": listeningPorts,
  connection: connections,
  process: ourProcesses,
} as const satisfies Readonly<Record<string, () => Promise<readonly string[]>>>;

export type Facet = keyof typeof observers;

const facets = Object.keys(observers).filter(isFacet);

function isFacet(name: string): name is Facet {
  return name in observers;
}

/** Looks at the machine, in some 50 ms; without root, what only root may see is left out. */
export async function machineState(): Promise<MachineState> {
  return new Map(await Promise.all(facets.map(async (facet) => [facet, await observers[facet]()] as const)));
}

export interface Difference {
  readonly facet: Facet;
  readonly line: string;
  readonly change: "new" | "gone";
}

/** What `after` has that `before` had not, and the other way round; nothing where the machine is as it was. */
export function differences(before: MachineState, after: MachineState): Difference[] {
  return facets.flatMap((facet): Difference[] => {
    const [old = [], present = []] = [before.get(facet), after.get(facet)];
    return [
      ...missingFrom(old, present).map((line) => ({ facet, line, change: "new" as const })),
      ...missingFrom(present, old).map((line) => ({ facet, line, change: "gone" as const })),
    ];
  });
}

/** `link ptl1a2b: new`. */
export function showDifference({ facet, line, change }: Difference): string {
  return `${facet} ${line}: ${change}`;
}

/** What Portolan or a test left: new things that by their name can only be ours. */
export function leftovers(before: MachineState, after: MachineState): Difference[] {
  return differences(before, after).filter(({ facet, line, change }) => change === "new" && isOurs(facet, line));
}

function isOurs(facet: Facet, line: string): boolean {
  switch (facet) {
    case "namespace":
    case "process":
      return true;
    case "link":
      return line.startsWith("ptl");
    case "address":
    case "route":
    case "rule":
      return /\bptl/.test(line);
    case "nftables line":
      return /^table \S+ portolan/.test(line);
    case "mount":
    case "cgroup":
      return /portolan|ptl/.test(line);
    case "kernel setting":
    case "listening port":
    case "connection":
      return false;
  }
}

/** The lines of `wanted` that `present` lacks; a line that is there twice counts twice. */
function missingFrom(present: readonly string[], wanted: readonly string[]): string[] {
  const left = new Map<string, number>();
  for (const line of present) left.set(line, (left.get(line) ?? 0) + 1);
  return wanted.filter((line) => {
    const count = left.get(line) ?? 0;
    left.set(line, count - 1);
    return count <= 0;
  });
}

/** Not from /sys, which may show another network namespace than this process's. */
async function links(): Promise<string[]> {
  const text = await readFile("/proc/self/net/dev", "utf8");
  return [...text.matchAll(/^\s*(\S+):/gm)].map(([, name = ""]) => name);
}

async function addresses(): Promise<string[]> {
  const lines = await linesOf("ip", "-brief", "address");
  // Name and addresses; the state between them comes and goes with the cable.
  return lines.map((line) => line.split(/\s+/).toSpliced(1, 1).join(" ").trim());
}

async function routes(): Promise<string[]> {
  const both = await Promise.all(["-4", "-6"].map((family) => linesOf("ip", family, "route", "show", "table", "all")));
  // The kernel adds a link's own IPv6 addresses some seconds after the link is up.
  const lines = both.flat().filter((line) => !/\bfe80:/.test(line));
  return lines.map((line) => line.replace(/ expires \d+sec/, "").trim());
}

async function rules(): Promise<string[]> {
  const both = await Promise.all(["-4", "-6"].map((family) => linesOf("ip", family, "rule")));
  return both.flat();
}

/** Every line with the table that it stands in; counters and timeouts left out. */
async function nftables(): Promise<string[]> {
  if (process.getuid?.() !== 0) return [];
  let table = "";
  return (await linesOf("nft", "--stateless", "list", "ruleset")).map((line) => {
    if (line.startsWith("table ")) table = line.replace(" {", "");
    return line.startsWith("table ") ? table : `${table}: ${line.trim()}`;
  });
}

async function mounts(): Promise<string[]> {
  const text = await readFile("/proc/self/mountinfo", "utf8");
  return text
    .trim()
    .split("\n")
    .map((line) => {
      const [before = "", after = ""] = line.split(" - ");
      return `${before.split(" ")[4]} (${after.split(" ")[0]})`;
    });
}

/** Those below net that a node agent has reason to touch; what only counts is left out. */
async function kernelSettings(): Promise<string[]> {
  const folders = [
    "ipv4",
    "ipv4/conf/all",
    "ipv4/conf/default",
    "ipv6/conf/all",
    "ipv6/conf/default",
    "netfilter",
    "bridge",
  ];
  const settings = await Promise.all(folders.map((folder) => settingsIn(`/proc/sys/net/${folder}`)));
  return settings.flat();
}

async function settingsIn(folder: string): Promise<string[]> {
  const names = await entries(folder);
  const counters = new Set(["nf_conntrack_count"]);
  const found = await Promise.all(
    names
      .filter((name) => !counters.has(name))
      .map(async (name) => `${folder}/${name} = ${await textOf(`${folder}/${name}`)}`),
  );
  return found.filter((line) => !line.endsWith("= "));
}

async function cgroups(): Promise<string[]> {
  const names = await readdir("/sys/fs/cgroup", { recursive: true, withFileTypes: true });
  return names.filter((entry) => entry.isDirectory()).map(({ parentPath, name }) => `${parentPath}/${name}`);
}

async function listeningPorts(): Promise<string[]> {
  const lines = await linesOf("ss", "--no-header", "--listening", "--numeric", "--tcp", "--udp");
  return lines.map((line) => {
    const [protocol, , , , local] = line.split(/\s+/);
    return `${protocol} ${local}`;
  });
}

/** What the kernel remembers of connections that were translated or came from a pod; without their ports and timers. */
async function connections(): Promise<string[]> {
  if (process.getuid?.() !== 0) return [];
  const lines = await linesOf("conntrack", "-L", "--any-nat");
  return [...new Set(lines.map((line) => [...line.matchAll(/\b(src|dst)=(\S+)/g)].map(([pair]) => pair).join(" ")))];
}

/** Pods' supervisors, and programs of this repository that make up a cluster. */
async function ourProcesses(): Promise<string[]> {
  const ids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const commands = await Promise.all(ids.map(async (id) => `${id} ${await textOf(`/proc/${id}/cmdline`)}`));
  return commands
    .map((command) => command.replaceAll("\0", " ").trim())
    .filter((command) => /^\d+ (\S*\/)?conmon |\/src\/(cli|cluster|daemons|server|echo)\//.test(command));
}

async function linesOf(program: string, ...programArguments: readonly string[]): Promise<string[]> {
  const { stdout } = await run([program, ...programArguments]);
  return stdout.split("\n").filter((line) => line.trim() !== "");
}

/** Sorted names in a folder; none where the kernel doesn't have it. */
async function entries(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    return nothingThere(error, []);
  }
}

/** Content of a kernel file; empty where it is gone by now, or can't be read. */
async function textOf(path: string): Promise<string> {
  try {
    return (await readFile(path, "utf8")).trim();
  } catch (error) {
    return nothingThere(error, "");
  }
}

function nothingThere<T>(error: unknown, nothing: T): T {
  const expected = ["ENOENT", "ESRCH", "EACCES", "EIO", "EINVAL", "ENOTDIR", "EISDIR"];
  if (error instanceof Error && "code" in error && expected.includes(`${error.code}`)) return nothing;
  throw error;
}

/** What a process in that network namespace sees. */
export async function machineStateIn(namespace: string): Promise<MachineState> {
  const withNode = join(import.meta.dirname, "../../bin/with-node");
  const { stdout } = await run(["nsenter", `--net=/run/netns/${namespace}`, withNode, import.meta.filename]);
  return new Map(JSON.parse(stdout));
}

if (import.meta.main) console.log(JSON.stringify([...(await machineState())]));
