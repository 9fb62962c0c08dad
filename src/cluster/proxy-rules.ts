import { removeIptablesRules } from "#daemons/proxy/iptables-rules.ts";
import type { ProxyMode } from "#daemons/proxy/kernel-rules.ts";
import { iptablesChains, openIptables, removeEmptyChains } from "#os/iptables.ts";
import { tolerate } from "#os/spawn.ts";
import { ClusterFault } from "./faults.ts";
import type { Effect, Ledger } from "./ledger.ts";

/** What a proxy leaves in the kernel. */
type RulesEffect = Extract<Effect, { is: "nftTable" | "iptablesRules" }>;

/**
 * Notes what a proxy of this mode is about to change. Throws `IptablesTaken` where somebody else programs Kubernetes' chains, which
 * there can be only one set of.
 */
export async function noteRules(mode: ProxyMode, table: string, ledger: Ledger): Promise<void> {
  if (mode === "nftables") return ledger.note({ is: "nftTable", name: table });
  // After a kill what stands there is ours, and iptables' own chains are there because of us.
  if (ledger.effects().some(({ is }) => is === "iptablesRules")) return;
  const { save } = await openIptables();
  if ((await save("IPv4")).includes(":KUBE-SERVICES ")) throw taken();
  ledger.note({ is: "iptablesRules", chainsBefore: await iptablesChains() });
}

const taken = () =>
  new ClusterFault("IptablesTaken", {
    what: "the chain KUBE-SERVICES is there already: another cluster or kube-proxy programs this machine's iptables",
    where: "iptables -t nat -S KUBE-SERVICES",
    fix: "use --proxy-mode nftables, which has a table of its own; or take the other's rules away (`kube-proxy --cleanup`)",
  });

/** Call it when the rules of this mode serve: takes those of the other mode away. Connections under way don't notice. */
export async function removeOtherRules(mode: ProxyMode, ledger: Ledger): Promise<void> {
  const other = mode === "nftables" ? "iptablesRules" : "nftTable";
  for (const effect of ledger.effects()) {
    if (effect.is !== other) continue;
    await undoRules(effect);
    ledger.forget(effect);
  }
}

export async function undoRules(effect: RulesEffect): Promise<void> {
  if (effect.is === "nftTable") return tolerate(["nft", "delete", "table", "inet", effect.name]);
  const iptables = await openIptables();
  await removeIptablesRules(iptables);
  await removeEmptyChains(iptables, effect.chainsBefore);
}
