import type { AccessBook } from "#core/access/access-book.ts";
import {
  type Attributes,
  allowed,
  type Decision,
  denied,
  nodeOf,
  type ResourceAttributes,
} from "#core/access/attributes.ts";
import { type Identity, isAdministrator } from "#core/access/identity.ts";
import { withheldFromIngress } from "./ingress-guard.ts";
import { authorizeNode } from "./node-authorizer.ts";
import type { NodeGraph } from "./node-graph.ts";

/** What is known of who may do what. */
export interface Access {
  readonly nodeGraph: NodeGraph;
  readonly accessBook: AccessBook;
}

/**
 * Who may do what: administrators everything; a node what concerns it; all others, and nodes too, what roles give them. This is the one
 * place to ask.
 */
export function authorize(identity: Identity, attributes: Attributes, { nodeGraph, accessBook }: Access): Decision {
  if (isAdministrator(identity)) return allowed;
  const withheld = withheldFromIngress(identity, attributes);
  if (withheld !== "") return denied(withheld);
  const node = attributes.kind === "resource" ? nodeOf(identity) : undefined;
  if (node === undefined || attributes.kind === "document") return accessBook.decide(identity, attributes);
  const ofNode = authorizeNode(node, attributes, nodeGraph);
  if (ofNode.kind === "allowed") return ofNode;
  const byRole = accessBook.decide(identity, attributes);
  return byRole.kind === "allowed"
    ? byRole
    : denied([ofNode.because, byRole.because].filter((one) => one !== "").join("\n"));
}

/** What was refused to whom, in Kubernetes' words. Source: responsewriters.Forbidden in k8s.io/apiserver. */
export function denial({ user }: Identity, attributes: Attributes, because: string): string {
  const what = attributes.kind === "document" ? `path ${JSON.stringify(attributes.path)}` : resourceWords(attributes);
  const sentence = `User ${JSON.stringify(user)} cannot ${attributes.verb} ${what}`;
  return because === "" ? sentence : `${sentence}: ${because}`;
}

function resourceWords({ group, resource, subresource, namespace }: ResourceAttributes): string {
  const whole = subresource === "" ? resource : `${resource}/${subresource}`;
  const where = namespace === "" ? "at the cluster scope" : `in the namespace ${JSON.stringify(namespace)}`;
  return `resource ${JSON.stringify(whole)} in API group ${JSON.stringify(group)} ${where}`;
}
