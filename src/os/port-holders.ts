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

interface OpenPort {
  readonly address: string;
  readonly inode: string;
}

/**
 * Who listens at a port of the machine, whatever the address; the loopback's own are left out where `beyondLoopback` asks so.
 * undefined where nobody does. Processes of other PID namespaces are not seen: their port is then held by process 0.
 */
export async function portHolder(
  { protocol, port }: PortQuestion,
  { beyondLoopback }: { readonly beyondLoopback: boolean },
): Promise<PortHolder | undefined> {
  const files = protocol === "TCP" ? ["tcp", "tcp6"] : ["udp", "udp6"];
  const texts = await Promise.all(files.map((file) => readIfThere(`/proc/self/net/${file}`)));
  const open = texts.flatMap((text) => openPorts(text ?? "", { protocol, port }));
  const those = beyondLoopback ? open.filter(({ address }) => !isLoopback(address)) : open;
  if (those.length === 0) return undefined;
  return (await holderOf(new Set(those.map(({ inode }) => `socket:[${inode}]`)))) ?? { pid: 0, command: "" };
}

/** Source: proc_net_tcp of the kernel's documentation; `0A` is LISTEN, `07` an unconnected UDP socket. */
export function openPorts(text: string, { protocol, port }: PortQuestion): readonly OpenPort[] {
  const listening = protocol === "TCP" ? "0A" : "07";
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  return text.split("\n").flatMap((line) => {
    const [, local = "", , state, , , , , , inode = ""] = line.trim().split(/\s+/);
    return state === listening && local.endsWith(wanted) ? [{ address: local.slice(0, -5), inode }] : [];
  });
}

/** `0100007F` in the machine's byte order; IPv6 as four such words. */
const isLoopback = (hex: string): boolean =>
  hex.length === 8
    ? hex.endsWith("7F")
    : hex === "00000000000000000000000001000000" || (hex.startsWith("0000000000000000FFFF0000") && hex.endsWith("7F"));

async function holderOf(links: ReadonlySet<string>): Promise<PortHolder | undefined> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  for (const pid of pids)
    if (await hasOneOf(pid, links))
      return { pid: Number(pid), command: ((await readIfThere(`/proc/${pid}/comm`)) ?? "").trim() };
  return undefined;
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
