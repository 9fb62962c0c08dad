import type { NodeAddresses } from "#core/ruleset/node-table.ts";
import type { ServiceEntry, ServiceName } from "#core/services/service-map.ts";

/** What programs the rules of Services, in the words of kube-proxy's `--proxy-mode`. */
export const proxyModes = ["nftables", "iptables"] as const;
export type ProxyMode = (typeof proxyModes)[number];

/** What is different since the last change; with nothing in it, it is only seen whether the rules still stand. */
export interface RuleChange {
  /** undefined for a Service that is gone. */
  readonly entries: ReadonlyMap<ServiceName, ServiceEntry | undefined>;
  /** undefined where no node's addresses changed. */
  readonly addresses: NodeAddresses | undefined;
}

/** One node's rules in the kernel, programmed in one mode. Calls wait for each other: one at a time. */
export interface KernelRules {
  /**
   * Resolves when the kernel has the change. The first call brings the kernel from whatever an earlier run left to what is wanted;
   * so does the one after a failure, and the one that finds that somebody else has touched the rules.
   */
  readonly change: (change: RuleChange) => Promise<void>;
  /** How often a change with nothing in it should come, so that rules which somebody else has touched come back. */
  readonly probeSeconds: number;
  /** Takes everything of this mode away; harmless where there is nothing. */
  readonly remove: () => Promise<void>;
  /** Gives back what this process holds. The rules go on serving. */
  readonly close: () => void;
}
