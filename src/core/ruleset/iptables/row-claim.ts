import type { Cidr } from "#net/cidr.ts";
import type { Ip, IpFamily } from "#net/ip.ts";
import type { Frontend } from "../../services/service-map.ts";
import type { Rule } from "./rule.ts";

/** What the chains of an entry depend on besides the entry. */
export interface Place {
  /** The node's own. */
  readonly nodeAddresses: readonly Ip[];
  /** Those of them where node ports are served. */
  readonly nodePortAddresses: readonly Ip[];
  readonly clusterCidrs: readonly Cidr[];
  readonly serviceCidrs: readonly Cidr[];
}

/** The lists that rows stand in; `dispatches.ts` says which chains they are. */
export type ListName =
  | "services"
  | "nodePorts"
  | "hostPorts"
  | "refused"
  | "refusedOutside"
  | "firewall"
  | "unused"
  | "health";

/** A rule in a list, for one address or one port. */
export interface RowClaim {
  readonly list: ListName;
  readonly family: IpFamily;
  /** Where the row stands in its list: that of an address, or of a protocol and port. */
  readonly at: Ip | { readonly protocol: Frontend["protocol"]; readonly port: number };
  /** Orders rows of one address. */
  readonly order: string;
  readonly rule: Rule;
  /** Of claims with equal keys the senior's counts; a row stands while it has one of its keys. */
  readonly keys: readonly string[];
}
