import { blockOf, type Cidr } from "#net/cidr.ts";
import type { Case, Endpoint, Origin, Pool } from "../../services/service-map.ts";
import { type NamedPort, showEndpoint } from "./names.ts";
import { showRule } from "./print.ts";
import { from, jump, type Match, type Rule, rule } from "./rule.ts";

export const mark = jump("KUBE-MARK-MASQ");

/** Where packets go that come from no pod, where pods have several blocks. */
export const markOutsiders = "PORTOLAN-MARK-OUTSIDERS";

const nobody: Case = { from: "outside", verdict: { kind: "drop", because: "NoEndpoints" }, masquerade: "never" };
export const caseOf = (cases: readonly Case[], origin: Origin): Case =>
  cases.find(({ from }) => from === origin) ?? nobody;

/** The pool that everybody is sent to, whoever it is. */
export function onlyPool(cases: readonly Case[]): Pool | undefined {
  const pools = cases.map(({ verdict }) => (verdict.kind === "forward" ? verdict.pool : undefined));
  return pools.every((pool) => pool?.scope === pools[0]?.scope) ? pools[0] : undefined;
}

/** The draws come after those who are remembered; the last endpoint takes who is left. */
export function drawRules(
  { portName }: NamedPort,
  members: readonly { readonly member: Endpoint; readonly chain: string }[],
  affinitySeconds: number,
): readonly Rule[] {
  const comment = (member: Endpoint) => `${portName} -> ${showEndpoint(member)}`;
  const remembered = members.map(({ member, chain }) =>
    rule(comment(member), [{ is: "recent", list: chain, seconds: affinitySeconds }], jump(chain)),
  );
  const drawn = members.map(({ member, chain }, i) => {
    const left = members.length - i;
    return rule(comment(member), left === 1 ? [] : [{ is: "lot", of: left }], jump(chain));
  });
  return affinitySeconds > 0 ? [...remembered, ...drawn] : drawn;
}

// A pod that reaches itself must see the answer come from elsewhere.
export function endpointRules(
  { portName, protocol }: NamedPort,
  { ip, port }: Endpoint,
  list: string | undefined,
): readonly Rule[] {
  const remembered: readonly Match[] = list === undefined ? [] : [{ is: "remember", list }];
  return [
    rule(portName, [from(blockOf(ip))], mark),
    rule(portName, [...remembered, { is: "protocol", protocol }], { do: "dnat", ip, port }),
  ];
}

/** Who is led somewhere meets no refusal, since the address is another by then: so clients are told apart only where refusals differ. */
export function refusalsOf(
  cases: readonly Case[],
  pods: readonly Cidr[],
): readonly { readonly kind: "reject" | "drop"; readonly when: readonly Match[] }[] {
  const kinds = (["pod", "thisNode", "outside"] as const).map((origin) => caseOf(cases, origin).verdict.kind);
  const refusing = kinds.filter((kind) => kind !== "forward");
  const [first] = refusing;
  if (first === undefined) return [];
  if (refusing.every((kind) => kind === first)) return [{ kind: first, when: [] }];
  const [pod = "forward", node = "forward", outside = "forward"] = kinds;
  const of = (kind: typeof pod, when: readonly Match[]) => (kind === "forward" ? [] : [{ kind, when }]);
  return [...pods.flatMap((block) => of(pod, [from(block)])), ...of(node, [{ is: "fromLocal" }]), ...of(outside, [])];
}

export const alike = (a: readonly Rule[], b: readonly Rule[]): boolean =>
  a.length === b.length && a.every((one, i) => showRule(one) === showRule(b[i] ?? one));
