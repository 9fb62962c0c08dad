import type { Ingress } from "#api/networking/ingress.ts";
import { type Around, nameOf, type RoutedObjects, Routing } from "./routing.ts";

/** Objects by `namespace/name` that Ingresses name. */
export interface WantedObjects {
  readonly secrets: readonly string[];
  readonly configMaps: readonly string[];
}

/** Who asks: a host of a URL, or an Ingress by `namespace/name`. */
export type About = { readonly host: string } | { readonly ingress: string };

/**
 * Which Secrets and ConfigMaps a story about that needs, and doesn't have: those of the Ingresses that may serve it alone. What is found may
 * name more: ask again then.
 */
export function wantedObjects(objects: RoutedObjects, about: About, around: Around): WantedObjects {
  const secrets = new Set<string>();
  const configMaps = new Set<string>();
  const noting = <T>(known: { readonly get: (name: string) => T | undefined }, missed: Set<string>) => ({
    get: (name: string): T | undefined => {
      const found = known.get(name);
      if (found === undefined) missed.add(name);
      return found;
    },
  });
  const routing = new Routing(
    {
      ...objects,
      ingresses: objects.ingresses.filter((one) => concerns(one, about)),
      secrets: noting(objects.secrets, secrets),
      configMaps: noting(objects.configMaps, configMaps),
    },
    around,
  );
  return routing.table.listeners.length === 0
    ? { secrets: [], configMaps: [] }
    : { secrets: [...secrets], configMaps: [...configMaps] };
}

function concerns(ingress: Ingress, about: About): boolean {
  if ("ingress" in about) return nameOf(ingress) === about.ingress;
  const { rules = [], defaultBackend } = ingress.spec;
  const wildcard = `*${about.host.slice(Math.max(0, about.host.indexOf(".")))}`;
  const hosts = rules.map(({ host = "" }) => host);
  return defaultBackend !== undefined || hosts.some((host) => host === about.host || host === wildcard || host === "");
}
