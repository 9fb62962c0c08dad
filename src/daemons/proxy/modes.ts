import type { TableOptions } from "#core/ruleset/node-table.ts";
import type { Failure } from "../loop.ts";
import { iptablesRules } from "./iptables-rules.ts";
import type { KernelRules, ProxyMode } from "./kernel-rules.ts";
import { nftablesRules } from "./nftables-rules.ts";

export interface ModeOptions {
  readonly mode: ProxyMode;
  readonly nodeName: string;
  /** The nft table; one a cluster on this machine. */
  readonly table?: string | undefined;
  readonly failed: (failure: Failure) => void;
}

/** The table's name where nobody says otherwise. */
const defaultTable = "portolan";

/** The rules of a mode, before anything of them is in the kernel. */
export function openRules(
  { mode, nodeName, table = defaultTable, failed }: ModeOptions,
  around: TableOptions["around"],
): Promise<KernelRules> {
  const refused = (fault: Error): void => failed({ loop: "proxy", key: mode, fault, failures: 1 });
  return openers[mode]({ table, nodeName, around }, refused);
}

type Refused = (fault: Error) => void;
const openers: Readonly<Record<ProxyMode, (options: TableOptions, refused: Refused) => Promise<KernelRules>>> = {
  nftables: nftablesRules,
  iptables: iptablesRules,
};
