import type { IpFamily } from "#net/ip.ts";
import { CommandFailed, run } from "./spawn.ts";

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
