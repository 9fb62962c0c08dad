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

/**
 * Who listens at a port of this machine, whatever the address; each process once. One of another PID namespace can't be seen, only
 * that it is there: it is process 0.
 */
export async function portHolders({ protocol, port }: PortQuestion): Promise<readonly PortHolder[]> {
  const files = protocol === "TCP" ? ["tcp", "tcp6"] : ["udp", "udp6"];
  const texts = await Promise.all(files.map((file) => readIfThere(`/proc/self/net/${file}`)));
  const inodes = texts.flatMap((text) => openPorts(text ?? "", { protocol, port }));
  return inodes.length === 0 ? [] : holdersOf(new Set(inodes.map((inode) => `socket:[${inode}]`)));
}

/** The inodes of the sockets that listen. Source: proc_net_tcp of the kernel's documentation; `0A` is LISTEN, `07` an unconnected UDP socket. */
export function openPorts(text: string, { protocol, port }: PortQuestion): readonly string[] {
  const listening = protocol === "TCP" ? "0A" : "07";
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  return text.split("\n").flatMap((line) => {
    const [, local = "", , state, , , , , , inode = ""] = line.trim().split(/\s+/);
    return state === listening && local.endsWith(wanted) ? [inode] : [];
  });
}

async function holdersOf(links: ReadonlySet<string>): Promise<readonly PortHolder[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const holding = await Promise.all(pids.map((pid) => hasOneOf(pid, links)));
  const found = pids.filter((_, i) => holding[i]);
  if (found.length === 0) return [{ pid: 0, command: "" }];
  return Promise.all(
    found.map(async (pid) => ({ pid: Number(pid), command: ((await readIfThere(`/proc/${pid}/comm`)) ?? "").trim() })),
  );
}

async function hasOneOf(pid: string, links: ReadonlySet<string>): Promise<boolean> {
  try {
    for (const fd of await readdir(`/proc/${pid}/fd`))
      if (links.has(await linkOf(`/proc/${pid}/fd/${fd}`))) return true;
  } catch (fault) {
    if (!hasCode(fault, "ENOENT", "EACCES", "ESRCH")) throw fault; // it has ended meanwhile
  }
  return false;
}

async function linkOf(path: string): Promise<string> {
  try {
    return await readlink(path);
  } catch (fault) {
    if (!hasCode(fault, "ENOENT", "ESRCH")) throw fault; // closed meanwhile
    return "";
  }
}
