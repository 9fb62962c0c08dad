import type { Ingress } from "#api/networking/ingress.ts";
import { prefix } from "../../routes/annotations/annotation.ts";
import type { RouteFilters } from "../../routes/route-filters.ts";
import { type Evidence, named } from "../story.ts";

/** A filter of a route, or what an Ingress does instead of sending to a backend. */
export type Filter = keyof RouteFilters | "redirect";

export const annotationField = (name: string): string => `metadata.annotations[${prefix}${name}]`;

/** Annotations that ask for a filter. Source: ingress-nginx's list of annotations. */
const annotations: Partial<Readonly<Record<Filter, readonly string[]>>> = {
  sources: ["allowlist-source-range", "whitelist-source-range", "denylist-source-range"],
  httpsRedirect: ["force-ssl-redirect", "ssl-redirect"],
  basicAuth: ["auth-type", "auth-secret"],
  externalAuth: ["auth-url"],
  rewrite: ["rewrite-target", "upstream-vhost"],
  redirect: ["permanent-redirect", "temporal-redirect", "app-root", "from-to-www-redirect"],
};

/** The fields that have asked for it. */
export function annotationsOf(ingress: Ingress | undefined, of: Filter): readonly Evidence[] {
  if (ingress === undefined) return [];
  const object = named("Ingress", ingress);
  const found = (annotations[of] ?? []).flatMap((name) => {
    const value = ingress.metadata.annotations?.[`${prefix}${name}`];
    return value === undefined ? [] : [{ object, field: annotationField(name), value }];
  });
  // Without an annotation a host that has a certificate is sent to https.
  if (found.length > 0 || of !== "httpsRedirect") return found;
  const value = (ingress.spec.tls ?? []).flatMap(({ hosts = [] }) => hosts).join(", ") || "there";
  return [{ object, field: "spec.tls", value }];
}
