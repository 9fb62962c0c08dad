import type { Attributes } from "#core/access/attributes.ts";
import type { Identity } from "#core/access/identity.ts";
import { forbidden } from "#machinery/status.ts";
import { authorize, denial } from "./authorization/authorize.ts";
import type { Environment } from "./environment.ts";
import { forbiddenPath } from "./refusals.ts";

/** Throws a 403. */
export function mayOrThrow({ nodeGraph }: Environment, identity: Identity, attributes: Attributes): void {
  const decision = authorize(identity, attributes, nodeGraph);
  if (decision.kind === "allowed") return;
  const message = denial(identity, attributes, decision.because);
  if (attributes.kind === "document") throw forbiddenPath(message);
  const { group, resource: plural, name } = attributes;
  throw forbidden({ group, kind: plural, plural }, name, message);
}
