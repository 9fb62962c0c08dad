import { createHash } from "node:crypto";
import type { Surroundings } from "#core/ruleset/frame.ts";
import type { Change } from "#core/ruleset/iptables/family-chains.ts";
import { NodeChains } from "#core/ruleset/iptables/node-chains.ts";
import { printRestore } from "#core/ruleset/iptables/print.ts";
import { chainChecks, checks, difference, parseSaved, removal, type Wanted } from "#core/ruleset/iptables/saved.ts";
import type { IpFamily } from "#net/ip.ts";
import { type Iptables, openIptables, RulesRefused } from "#os/iptables.ts";
import type { KernelRules } from "./kernel-rules.ts";

/**
 * Rules in Kubernetes' own chains, beside whatever else iptables has. A change writes the chains that are different. `refused` hears
 * why one could not be carried out.
 */
export async function iptablesRules(
  { around }: { readonly around: Surroundings },
  refused: (fault: RulesRefused) => void,
): Promise<KernelRules> {
  const iptables = await openIptables();
  const chains = new NodeChains({ around, sha256: (text) => createHash("sha256").update(text).digest() });
  const keep = keepAlike(chains, iptables, refused);
  return {
    async change({ entries, addresses }) {
      const moves = addresses === undefined ? [] : chains.moveTo(addresses);
      await keep([...moves, ...chains.change(entries)]);
    },
    probeSeconds: 10,
    remove: () => removeIptablesRules(iptables),
    close() {},
  };
}

/** Takes away what a proxy of this mode has left, whichever run of it; chains and rules of others stay. */
export async function removeIptablesRules(iptables: Iptables): Promise<void> {
  for (const family of ["IPv4", "IPv6"] as const) {
    const saved = parseSaved(await iptables.save(family));
    await iptables.restore(family, printRestore(removal(family, saved)));
  }
}

/** Carries out what is different; where the kernel's chains turn out to be others, reads them and writes what they lack. */
function keepAlike(chains: NodeChains, iptables: Iptables, refused: (fault: RulesRefused) => void) {
  let alike = false;
  const probe = probing();
  const mend = async () => {
    alike = false;
    for (const wanted of chains.families) {
      const saved = parseSaved(await iptables.save(wanted.family));
      await iptables.restore(wanted.family, printRestore(difference(wanted, saved)));
    }
    alike = true;
  };
  return async (changes: readonly Change[]): Promise<void> => {
    if (!alike) return mend();
    try {
      const shared = new Map(chains.families.map((one) => [one.family, checks(one.shared)]));
      const different = changes.filter(({ written, removed }) => written.length + removed.length > 0);
      for (const change of different)
        await iptables.restore(change.family, printRestore({ ...change, shared: shared.get(change.family) ?? [] }));
      if (different.length === 0) for (const one of chains.families) await iptables.restore(one.family, probe(one));
    } catch (fault) {
      alike = false; // the difference won't be asked for again: the next time must compare the whole
      if (!(fault instanceof RulesRefused)) throw fault;
      refused(fault);
      await mend();
    }
  };
}

/** How many chains are looked at each time. */
const sampled = 256;

/** What fails where rules of ours are missing: those that lead to our chains, and a few chains, others each time. */
function probing(): (wanted: Wanted) => string {
  const seen = new Map<IpFamily, number>();
  return ({ family, shared, chains }) => {
    const first = (seen.get(family) ?? 0) % Math.max(chains.length, 1);
    const some = [...chains.slice(first), ...chains.slice(0, first)].slice(0, sampled);
    seen.set(family, first + some.length);
    return printRestore({
      family,
      shared: [...checks(shared), ...some.flatMap(chainChecks)],
      written: [],
      removed: [],
    });
  };
}
