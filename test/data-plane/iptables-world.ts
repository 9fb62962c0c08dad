import type { NodeChains } from "#core/ruleset/iptables/node-chains.ts";
import { printRestore } from "#core/ruleset/iptables/print.ts";
import { difference, parseSaved, removal } from "#core/ruleset/iptables/saved.ts";
import { run } from "#os/spawn.ts";

/** iptables of one namespace of a test. */
export interface IptablesOf {
  /** Has the golden text of both families read, and changes nothing. Rejects where a line is refused. */
  readonly test: (golden: string) => Promise<void>;
  /** Writes what the namespace's chains lack of these; rejects where they are not the same afterwards. */
  readonly becomes: (chains: NodeChains) => Promise<void>;
  /** Takes all rules of ours away. */
  readonly clear: () => Promise<void>;
}

const programs = { IPv4: "iptables", IPv6: "ip6tables" } as const;
const heading = (family: keyof typeof programs): string => `# ${programs[family]}-restore --noflush\n`;

/** Both families' texts for a machine without rules. */
export const showChains = ({ families }: NodeChains): string =>
  families.map((one) => heading(one.family) + printRestore(difference(one, parseSaved("")))).join("");

export function iptablesOf(namespace: string): IptablesOf {
  const call = async (argv: readonly string[], input = "") =>
    (await run(["ip", "netns", "exec", namespace, ...argv], { input })).stdout;
  const lacking = async (one: NodeChains["families"][number]) =>
    printRestore(difference(one, parseSaved(await call([`${programs[one.family]}-save`]))));
  return {
    async clear() {
      for (const family of ["IPv4", "IPv6"] as const) {
        const saved = parseSaved(await call([`${programs[family]}-save`]));
        await call([`${programs[family]}-restore`, "--noflush"], printRestore(removal(family, saved)));
      }
    },
    async test(golden) {
      const [, four = "", six = ""] = golden.split(/^# ip6?tables-restore --noflush\n/m);
      await call(["iptables-restore", "--noflush", "--test"], four);
      await call(["ip6tables-restore", "--noflush", "--test"], six);
    },
    async becomes(chains) {
      for (const one of chains.families) {
        await call([`${programs[one.family]}-restore`, "--noflush"], await lacking(one));
        const left = await lacking(one);
        if (left !== "") throw new Error(`not as wanted after it was written:\n${left}`);
      }
    },
  };
}
