import type { Attributes, Decision } from "#core/access/attributes.ts";
import type { Identity } from "#core/access/identity.ts";
import { forbidden } from "#machinery/status.ts";
import { forbiddenPath } from "../refusals.ts";
import { type Access, authorize, denial } from "./authorize.ts";

export const decisionOn = (access: Access, identity: Identity, attributes: Attributes): Decision =>
  authorize(identity, attributes, access);

/** Throws a 403. */
export function mayOrThrow(access: Access, identity: Identity, attributes: Attributes): void {
  const decision = decisionOn(access, identity, attributes);
  if (decision.kind === "allowed") return;
  const message = denial(identity, attributes, decision.because);
  if (attributes.kind === "document") throw forbiddenPath(message);
  const { group, resource: plural, name } = attributes;
  throw forbidden({ group, kind: plural, plural }, name, message);
}
