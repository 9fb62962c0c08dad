import { showBlock } from "#net/cidr.ts";
import type { IpFamily } from "#net/ip.ts";
import { wireName } from "#net/port.ts";
import { unreachable } from "../../unreachable.ts";
import { showTarget } from "./names.ts";
import type { Chain, Match, Rule, TableName, Target } from "./rule.ts";

/** The firewall mark of packets whose source becomes the node's: Kubernetes' own bit, which others know to leave alone. */
const masqueradeMark = "0x4000";

/** One rule in the words of `iptables`, in the order in which kube-proxy writes them; without the chain it stands in. */
export function showRule({ comment, when, then }: Rule): string {
  const words = [
    ...(comment === undefined ? [] : [`-m comment --comment ${quoted(comment)}`]),
    ...when.map(showMatch),
    ...(then === undefined ? [] : [showTargetOf(then)]),
  ];
  return words.join(" ");
}

// Names of Services and ports were validated, and addresses parsed; what else may come has no quotes and no new lines either.
const quoted = (text: string): string => `"${text.replace(/[^ -~]|["\\]/g, "?").slice(0, 255)}"`;

function showMatch(match: Match): string {
  switch (match.is) {
    case "from":
      return `${not(match.not)}-s ${showBlock(match.block)}`;
    case "to":
      return `${not(match.not)}-d ${showBlock(match.block)}`;
    case "protocol":
      return `-m ${wireName(match.protocol)} -p ${wireName(match.protocol)}`;
    case "port": {
      const range = match.first === match.last ? `${match.first}` : `${match.first}:${match.last}`;
      return `${match.end === "source" ? "--sport" : "--dport"} ${range}`;
    }
    case "fromLocal":
      return "-m addrtype --src-type LOCAL";
    case "toLocal":
      return "-m addrtype --dst-type LOCAL";
    case "state":
      return `-m conntrack --ctstate ${match.state}`;
    case "marked":
      return `-m mark ${not(match.not)}--mark ${masqueradeMark}/${masqueradeMark}`;
    case "lot":
      return `-m statistic --mode random --probability ${(1 / match.of).toFixed(10)}`;
    case "recent":
      return `-m recent --name ${match.list} --rcheck --seconds ${match.seconds} --reap`;
    case "remember":
      return `-m recent --name ${match.list} --set`;
    default:
      return unreachable(match);
  }
}

const not = (negated: boolean): string => (negated ? "! " : "");
/** One address without its length. */
function showTargetOf(target: Target): string {
  switch (target.do) {
    case "jump":
      return `-j ${target.chain}`;
    case "goto":
      return `-g ${target.chain}`;
    case "dnat":
      return `-j DNAT --to-destination ${showTarget(target.ip, target.port)}`;
    case "mark":
      return `-j MARK --or-mark ${masqueradeMark}`;
    case "unmark":
      return `-j MARK --xor-mark ${masqueradeMark}`;
    // Without it two clients behind one address could race for the same port (kubernetes issue 56903).
    case "masquerade":
      return "-j MASQUERADE --random-fully";
    case "notrack":
      return "-j CT --notrack";
    case "return":
    case "accept":
    case "drop":
    case "reject":
      return `-j ${target.do.toUpperCase()}`;
    default:
      return unreachable(target);
  }
}

/** What one run of `iptables-restore --noflush`, or `ip6tables-restore`, is to do: all of a table or nothing of it. */
export interface Restore {
  readonly family: IpFamily;
  /** Lines for the chains that everybody shares, by table. */
  readonly shared: readonly { readonly table: TableName; readonly line: string }[];
  /** Chains as they shall be; others stay as they are. */
  readonly written: readonly Chain[];
  readonly removed: readonly Pick<Chain, "table" | "name">[];
}

// Translations come last: an address is refused no more before it leads anywhere, and led nowhere before it is refused.
const order: readonly TableName[] = ["raw", "filter", "nat"];

/** The text for `iptables-restore --noflush`; "" where nothing is to be done. A chain that is declared is emptied, or made. */
export function printRestore({ shared, written, removed }: Restore): string {
  return order.map((table) => printTable(table, shared, { written, removed })).join("");
}

function printTable(
  table: TableName,
  shared: Restore["shared"],
  { written, removed }: Pick<Restore, "written" | "removed">,
): string {
  const own = <T extends { readonly table: TableName }>(all: readonly T[]): readonly T[] =>
    all.filter((one) => one.table === table);
  const [lines, made, gone] = [own(shared), own(written), own(removed)];
  if (lines.length + made.length + gone.length === 0) return "";
  return [
    `*${table}`,
    // A chain must be empty to be removed, and led to by no rule: so the lines that lead there come first.
    ...[...made, ...gone].map(({ name }) => `:${name} - [0:0]`),
    ...made.flatMap(({ name, rules }) => rules.map((one) => `-A ${name} ${showRule(one)}`)),
    ...lines.map(({ line }) => line),
    ...gone.map(({ name }) => `-X ${name}`),
    "COMMIT\n",
  ].join("\n");
}
