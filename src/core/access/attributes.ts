import { nodesGroup, nodeUserPrefix } from "#api/authentication/subjects.ts";
import type { Identity } from "./identity.ts";

/** What somebody wants to do to a resource. */
export interface ResourceAttributes {
  readonly kind: "resource";
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  /** Of the one object that is meant, also where a field selector says so; empty: the collection. */
  readonly name: string;
}

/** What somebody wants to do: to a resource, or to a document (discovery, health) by its path. */
export type Attributes =
  | ResourceAttributes
  | { readonly kind: "document"; readonly verb: string; readonly path: string };

/** `because` tells by what it is allowed, or what was missing, where there is something to tell. */
export type Decision =
  | { readonly kind: "allowed"; readonly because: string }
  | { readonly kind: "denied"; readonly because: string };

export const allowed: Decision = { kind: "allowed", because: "" };
export const denied = (because = ""): Decision => ({ kind: "denied", because });

/** The node that somebody is; undefined where it is none. Source: pkg/auth/nodeidentifier. */
export const nodeOf = ({ user, groups }: Identity): string | undefined =>
  user.startsWith(nodeUserPrefix) && groups.includes(nodesGroup) ? user.slice(nodeUserPrefix.length) : undefined;
