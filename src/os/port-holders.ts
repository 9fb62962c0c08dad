import { readdir, readlink } from "node:fs/promises";
import { hasCode, readIfThere } from "./files.ts";

/** A process that has a port of this network namespace. */
export interface PortHolder {
  readonly pid: number;
  /** The name of its program, at most 15 characters (proc(5), comm). */
  readonly command: string;
}

export interface PortQuestion {
  readonly protocol: "TCP" | "UDP";
  readonly port: number;
}

/** The sockets of a table, by the port that they listen at. */
type Listeners = ReadonlyMap<number, readonly Inode[]>;
type Inode = string;

/**
 * Who listens at these ports of the machine, whatever the address; each process once. One of another PID namespace can't be seen,
 * only that it is there: it is process 0. Cheap where nobody does, or only this process whose `own` sockets are left out: all of
 * /proc is looked through only for what isn't known then.
 */
export async function portHolders<Q extends PortQuestion>(
  questions: readonly Q[],
  own: "counted" | "leftOut",
): Promise<ReadonlyMap<Q, readonly PortHolder[]>> {
  const tables = { TCP: await listeners(["tcp", "tcp6"], "0A"), UDP: await listeners(["udp", "udp6"], "07") };
  const inodesOf = ({ protocol, port }: Q): readonly Inode[] => tables[protocol].get(port) ?? [];
  const open = new Set(questions.flatMap(inodesOf));
  if (open.size === 0) return new Map();
  const leftOut = new Set(own === "leftOut" ? await socketsOf("self") : []);
  const holders = await holdersOf(new Set([...open].filter((inode) => !leftOut.has(inode))));
  return new Map(
    questions.flatMap((question) => {
      const found = inodesOf(question).flatMap((inode) => holders.get(inode) ?? []);
      return found.length === 0 ? [] : [[question, [...new Map(found.map((one) => [one.pid, one])).values()]] as const];
    }),
  );
}

async function listeners(files: readonly string[], state: string): Promise<Listeners> {
  const texts = await Promise.all(files.map((file) => readIfThere(`/proc/self/net/${file}`)));
  const open = texts.flatMap((text) => openPorts(text ?? "", state));
  return new Map(
    [...Map.groupBy(open, ({ port }) => port)].map(([port, all]) => [port, all.map(({ inode }) => inode)]),
  );
}

/** Source: proc_net_tcp of the kernel's documentation; `0A` is LISTEN, `07` an unconnected UDP socket. */
export function openPorts(text: string, wanted: string): readonly { readonly port: number; readonly inode: Inode }[] {
  return text.split("\n").flatMap((line) => {
    const [, local = "", , state, , , , , , inode = ""] = line.trim().split(/\s+/);
    return state === wanted ? [{ port: Number.parseInt(local.slice(-4), 16), inode }] : [];
  });
}

/** Who has each of these sockets. */
async function holdersOf(inodes: ReadonlySet<Inode>): Promise<ReadonlyMap<Inode, readonly PortHolder[]>> {
  const found = new Map<Inode, PortHolder[]>();
  if (inodes.size === 0) return found;
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    const held = (await socketsOf(pid)).filter((inode) => inodes.has(inode));
    if (held.length === 0) continue;
    const command = ((await readIfThere(`/proc/${pid}/comm`)) ?? "").trim();
    for (const inode of held) found.set(inode, [...(found.get(inode) ?? []), { pid: Number(pid), command }]);
  }
  for (const inode of inodes) if (!found.has(inode)) found.set(inode, [{ pid: 0, command: "" }]);
  return found;
}

async function socketsOf(pid: string): Promise<readonly Inode[]> {
  try {
    const links = await Promise.all((await readdir(`/proc/${pid}/fd`)).map((fd) => linkOf(`/proc/${pid}/fd/${fd}`)));
    return links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []);
  } catch (fault) {
    if (!hasCode(fault, "ENOENT", "EACCES", "ESRCH")) throw fault; // it has ended meanwhile
    return [];
  }
}

async function linkOf(path: string): Promise<string> {
  try {
    return await readlink(path);
  } catch (fault) {
    if (!hasCode(fault, "ENOENT", "ESRCH")) throw fault; // closed meanwhile
    return "";
  }
}
