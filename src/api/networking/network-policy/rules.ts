import {
  type FieldProblem,
  forbiddenField,
  invalidField,
  requiredField,
  unsupportedField,
} from "#machinery/field-problem.ts";
import { cidrProblems, cidrWarnings } from "#machinery/rules/addresses.ts";
import { labelSelectorProblems } from "#machinery/rules/label-selector.ts";
import { portNumberProblems, portProblems } from "#machinery/rules/ports.ts";
import { contains, parseBlock } from "#net/cidr.ts";
import type { IPBlock, NetworkPolicyPeer, NetworkPolicyPort, NetworkPolicySpec } from "./spec.ts";

// Source: ValidateNetworkPolicySpec in pkg/apis/networking/validation/validation.go.

interface Subject {
  readonly spec: NetworkPolicySpec;
}
type Problems = Iterable<FieldProblem>;

/** Which directions it is about, where it doesn't say. Source: SetDefaults_NetworkPolicy in pkg/apis/networking/v1/defaults.go. */
export function deriveNetworkPolicy<P extends Subject>(policy: P): P {
  const { spec } = policy;
  if (spec.policyTypes !== undefined) return policy;
  const policyTypes = spec.egress === undefined ? ["Ingress"] : ["Ingress", "Egress"];
  return { ...policy, spec: { ...spec, policyTypes } };
}

interface Direction {
  readonly path: string;
  readonly ports: readonly NetworkPolicyPort[];
  readonly peers: readonly NetworkPolicyPeer[];
  readonly peersPath: string;
}

/** The rules of both directions, incoming ones first. */
function* rulesOf({ ingress = [], egress = [] }: NetworkPolicySpec): Iterable<Direction> {
  for (const [i, { ports = [], from = [] }] of ingress.entries())
    yield { path: `spec.ingress[${i}]`, ports, peers: from, peersPath: `spec.ingress[${i}].from` };
  for (const [i, { ports = [], to = [] }] of egress.entries())
    yield { path: `spec.egress[${i}]`, ports, peers: to, peersPath: `spec.egress[${i}].to` };
}

export function* networkPolicyProblems({ spec }: Subject): Problems {
  yield* labelSelectorProblems("spec.podSelector", spec.podSelector);
  for (const { path, ports, peers, peersPath } of rulesOf(spec)) {
    for (const [i, port] of ports.entries()) yield* policyPortProblems(`${path}.ports[${i}]`, port);
    for (const [i, peer] of peers.entries()) yield* peerProblems(`${peersPath}[${i}]`, peer);
  }
  yield* typeProblems(spec.policyTypes);
}

const directions = ["Ingress", "Egress"];

function* typeProblems(types: readonly string[] = []): Problems {
  const path = "spec.policyTypes";
  if (types.length > directions.length) yield invalidField(path, types, "may not specify more than two policyTypes");
  else
    for (const [i, type] of types.entries())
      if (!directions.includes(type)) yield unsupportedField(`${path}[${i}]`, type, directions);
}

function* policyPortProblems(path: string, { port, endPort }: NetworkPolicyPort): Problems {
  const problem = (detail: string) => invalidField(`${path}.endPort`, endPort, detail);
  if (endPort !== undefined && port === undefined) yield problem("may not be specified when `port` is not specified");
  if (port === undefined) return;
  if (endPort !== undefined && typeof port === "string")
    yield problem("may not be specified when `port` is non-numeric");
  yield* portProblems(`${path}.port`, port);
  if (endPort === undefined || typeof port === "string") return;
  if (endPort < port) yield problem("must be greater than or equal to `port`");
  yield* portNumberProblems(`${path}.endPort`, endPort);
}

function* peerProblems(path: string, { podSelector, namespaceSelector, ipBlock }: NetworkPolicyPeer): Problems {
  if (podSelector !== undefined) yield* labelSelectorProblems(`${path}.podSelector`, podSelector);
  if (namespaceSelector !== undefined) yield* labelSelectorProblems(`${path}.namespaceSelector`, namespaceSelector);
  if (ipBlock !== undefined) yield* blockProblems(`${path}.ipBlock`, ipBlock);
  const isOfPods = podSelector !== undefined || namespaceSelector !== undefined;
  if (!isOfPods && ipBlock === undefined) yield requiredField(path, "must specify a peer");
  if (isOfPods && ipBlock !== undefined) yield forbiddenField(path, "may not specify both ipBlock and another peer");
}

function* blockProblems(path: string, { cidr, except = [] }: IPBlock): Problems {
  if (cidr === "") {
    yield requiredField(`${path}.cidr`);
    return;
  }
  yield* cidrProblems(`${path}.cidr`, cidr);
  const whole = parseBlock(cidr);
  if (whole === undefined) return;
  for (const [i, one] of except.entries()) {
    yield* cidrProblems(`${path}.except[${i}]`, one);
    const part = parseBlock(one);
    if (part !== undefined && (!contains(whole, part.first) || whole.prefixLength >= part.prefixLength))
      yield invalidField(`${path}.except[${i}]`, one, "must be a strict subset of `cidr`");
  }
}

/** Source: networkPolicyWarnings in pkg/registry/networking/networkpolicy. */
export function* networkPolicyWarnings({ spec }: Subject): Iterable<string> {
  for (const { peers, peersPath } of rulesOf(spec))
    for (const [i, { ipBlock }] of peers.entries()) {
      if (ipBlock === undefined) continue;
      yield* cidrWarnings(`${peersPath}[${i}].ipBlock.cidr`, ipBlock.cidr);
      for (const [j, one] of (ipBlock.except ?? []).entries())
        yield* cidrWarnings(`${peersPath}[${i}].ipBlock.except[${j}]`, one);
    }
}
