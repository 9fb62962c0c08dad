import { ingressUser } from "#api/authentication/subjects.ts";
import type { Attributes } from "#core/access/attributes.ts";
import type { Identity } from "#core/access/identity.ts";

const namedOnly: ReadonlySet<string> = new Set(["secrets", "configmaps"]);

/**
 * Why it may not do what its roles allow: it reads Secrets and ConfigMaps by the names that Ingresses say, which no role can know. Whoever
 * took it over would else read them all.
 */
export function withheldFromIngress({ user }: Identity, asked: Attributes): string {
  const isWithheld =
    user === ingressUser && asked.kind === "resource" && namedOnly.has(asked.resource) && asked.name === "";
  return isWithheld ? "can only read objects of this type by their names" : "";
}

/** What rules don't say of somebody. */
export const unsaidOf = ({ user }: Identity): string =>
  user === ingressUser ? `${[...namedOnly].join(" and ")} can only be read by their names` : "";
