import type { Attributes, Decision } from "#core/access/attributes.ts";
import type { Identity } from "#core/access/identity.ts";
import { forbidden } from "#machinery/status.ts";
import { authorize, denial } from "./authorization/authorize.ts";
import type { Environment } from "./environment.ts";
import { forbiddenPath } from "./refusals.ts";

export const decisionOn = ({ nodeGraph }: Environment, identity: Identity, attributes: Attributes): Decision =>
  authorize(identity, attributes, nodeGraph);

/** Throws a 403. */
export function mayOrThrow(env: Environment, identity: Identity, attributes: Attributes): void {
  const decision = decisionOn(env, identity, attributes);
  if (decision.kind === "allowed") return;
  const message = denial(identity, attributes, decision.because);
  if (attributes.kind === "document") throw forbiddenPath(message);
  const { group, resource: plural, name } = attributes;
  throw forbidden({ group, kind: plural, plural }, name, message);
}
