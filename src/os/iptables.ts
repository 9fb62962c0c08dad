import type { IpFamily } from "#net/ip.ts";
import { CommandFailed, run, tolerate } from "./spawn.ts";

/** The kernel's rules as the machine's own `iptables` command keeps them, of both families. */
export interface Iptables {
  /** `nf_tables`, as Debian's `iptables` is by default, or `legacy`. */
  readonly backend: "nf_tables" | "legacy";
  /** As `iptables --version` has it: `1.8.9`. */
  readonly version: string;
  /** Hands a text to `iptables-restore --noflush`: each of its tables is done wholly or not at all. Rejects with `RulesRefused`. */
  readonly restore: (family: IpFamily, text: string) => Promise<void>;
  /** What `iptables-save` prints. */
  readonly save: (family: IpFamily) => Promise<string>;
}

/** iptables refused rules. What stands in the same table of that text has not happened. */
export class RulesRefused extends Error {
  readonly code = "RulesRefused";
  readonly where: string;
  readonly fix =
    "see with `iptables --version` and `ip6tables --version` that both are at least 1.8.0, and that the kernel has their matches (conntrack, comment, addrtype, statistic, recent)";

  constructor(program: string, text: string, { stderr, cause }: { readonly stderr: string; readonly cause: unknown }) {
    const line = Number(/line:? (\d+)/.exec(stderr)?.[1] ?? 1);
    super(`${program} refused a change: ${stderr.trim().slice(0, 500)}`, { cause });
    this.where = (text.split("\n")[line - 1] ?? "").slice(0, 200);
  }
}

/** How long the lock of iptables-legacy is waited for, which others hold for moments. In seconds. */
const lockSeconds = "5";

/** Rejects with `CommandFailed` where there is no iptables. */
export async function openIptables(): Promise<Iptables> {
  const { stdout } = await run(["iptables", "--version"]);
  const [, version = "", backend = ""] = /v(\S+)(?: \((\S+)\))?/.exec(stdout) ?? [];
  return {
    version,
    backend: backend === "nf_tables" ? "nf_tables" : "legacy",
    async restore(family, text) {
      if (text === "") return;
      const program = family === "IPv4" ? "iptables-restore" : "ip6tables-restore";
      try {
        await run([program, "--noflush", "--wait", lockSeconds], { input: text });
      } catch (cause) {
        if (!(cause instanceof CommandFailed) || cause.exitCode === undefined) throw cause;
        throw new RulesRefused(program, text, { stderr: cause.stderr, cause });
      }
    },
    save: async (family) => (await run([family === "IPv4" ? "iptables-save" : "ip6tables-save"])).stdout,
  };
}

/** The chains of nftables that iptables keeps its rules in: `ip nat PREROUTING`, … */
export async function iptablesChains(): Promise<readonly string[]> {
  const { stdout } = await run(["nft", "list", "chains"]);
  let table = "";
  return stdout.split("\n").flatMap((line) => {
    table = /^table (.*) \{$/.exec(line)?.[1] ?? table;
    const chain = /^\s+chain (\S+) \{$/.exec(line)?.[1];
    return chain === undefined || !/^ip6? (raw|filter|nat)$/.test(table) ? [] : [`${table} ${chain}`];
  });
}

/**
 * iptables leaves its own chains and tables behind when their last rule is gone: takes away those that are empty and were not there
 * `before`. Those of iptables-legacy go with their kernel modules alone.
 */
export async function removeEmptyChains({ backend, save }: Iptables, before: readonly string[]): Promise<void> {
  if (backend !== "nf_tables") return;
  const used = new Set([...usedChains("ip", await save("IPv4")), ...usedChains("ip6", await save("IPv6"))]);
  const chains = await iptablesChains();
  const empty = chains.filter((chain) => !used.has(chain) && !before.includes(chain));
  for (const chain of empty) await tolerate(["nft", "delete", "chain", ...chain.split(" ")]);
  const tableOf = (chain: string): string => chain.replace(/ \S+$/, "");
  const kept = new Set(chains.filter((chain) => !empty.includes(chain)).map(tableOf));
  for (const table of new Set(empty.map(tableOf)))
    if (!kept.has(table)) await tolerate(["nft", "delete", "table", ...table.split(" ")]);
}

/** Those with rules, or that drop what comes to their end, or that somebody made. */
function usedChains(family: "ip" | "ip6", saved: string): readonly string[] {
  let table = "";
  return saved.split("\n").flatMap((line) => {
    table = /^\*(\S+)/.exec(line)?.[1] ?? table;
    const chain = /^:(\S+) (?!ACCEPT)/.exec(line)?.[1] ?? /^-A (\S+)/.exec(line)?.[1];
    return chain === undefined ? [] : [`${family} ${table} ${chain}`];
  });
}
