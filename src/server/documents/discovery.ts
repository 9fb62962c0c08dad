import type { KindCatalogue, ServedGroup, ServedKind, ServedReview } from "#machinery/catalogue.ts";
import { type AnyKind, apiVersionOf, type Subresource } from "#machinery/kind.ts";
import type { AggregatedDiscovery } from "../answers/negotiate.ts";

/** The kinds that are told of, with the subresources that are served. */
export interface Served {
  readonly catalogue: KindCatalogue;
  readonly isServed: (kind: Pick<AnyKind, "group" | "plural">, subresource: Subresource) => boolean;
}

/** `/api` and `/apis` as one document each, which saves clients a request a group. Source: KEP-3352. */
export function aggregated(served: Served, which: "core" | "named", { version }: AggregatedDiscovery): unknown {
  const groups = served.catalogue.groups.filter(({ name }) => (name === "") === (which === "core"));
  return {
    kind: "APIGroupDiscoveryList",
    apiVersion: `apidiscovery.k8s.io/${version}`,
    metadata: {},
    items: groups.map(({ name, versions }) => ({
      metadata: { ...(name !== "" && { name }), creationTimestamp: null },
      versions: versions.map((one) => ({
        version: one.version,
        freshness: "Current",
        resources: one.kinds.map((kind) => resourceDiscovery(served, kind)),
      })),
    })),
  };
}

type Told = ServedKind | ServedReview;

function resourceDiscovery(served: Served, kind: Told): unknown {
  const { plural, scope, singular, shortNames, categories, verbs } = kind;
  const subresources = servedSubresources(served, kind);
  return {
    resource: plural,
    responseKind: responseKind(kind),
    scope: scope === "Namespaced" ? "Namespaced" : "Cluster",
    singularResource: singular,
    verbs,
    ...(shortNames.length > 0 && { shortNames }),
    ...(categories.length > 0 && { categories }),
    ...(subresources.length > 0 && {
      subresources: subresources.map((one) => ({
        subresource: one.name,
        responseKind: responseKind(one.kind ?? kind),
        verbs: one.verbs,
      })),
    }),
  };
}
const responseKind = ({ group, version, kind }: Pick<AnyKind, "group" | "version" | "kind">): unknown => ({
  group,
  version,
  kind,
});

/** `/api/v1`, `/apis/apps/v1`; undefined for a group version that isn't served. */
export function resourceList(served: Served, group: string, version: string): unknown {
  const versions = served.catalogue.groups.find(({ name }) => name === group)?.versions;
  const kinds = versions?.find((one) => one.version === version)?.kinds;
  if (kinds === undefined) return undefined;
  return {
    kind: "APIResourceList",
    apiVersion: "v1",
    groupVersion: apiVersionOf({ group, version }),
    resources: kinds.flatMap((kind) => resourcesOf(served, kind)),
  };
}

function resourcesOf(served: Served, kind: Told): readonly unknown[] {
  const namespaced = kind.scope === "Namespaced";
  const { plural, singular, shortNames, categories, verbs } = kind;
  const main = {
    name: plural,
    singularName: singular,
    namespaced,
    kind: kind.kind,
    verbs,
    ...(shortNames.length > 0 && { shortNames }),
    ...(categories.length > 0 && { categories }),
  };
  const others = servedSubresources(served, kind).map(({ name, kind: own, verbs: ownVerbs }) => ({
    name: `${plural}/${name}`,
    singularName: "",
    namespaced,
    ...(own !== undefined &&
      (own.group !== kind.group || own.version !== kind.version) && { group: own.group, version: own.version }),
    kind: own?.kind ?? kind.kind,
    verbs: ownVerbs,
  }));
  return [main, ...others];
}

const servedSubresources = (served: Served, kind: Told): readonly Subresource[] =>
  kind.subresources
    .filter((one) => served.isServed("hub" in kind ? kind.hub : kind, one))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));

/** `/api` */
export const coreVersions = (address: string): unknown => ({
  kind: "APIVersions",
  versions: ["v1"],
  serverAddressByClientCIDRs: [{ clientCIDR: "0.0.0.0/0", serverAddress: address }],
});

/** `/apis` */
export const groupList = (served: Served): unknown => ({
  kind: "APIGroupList",
  apiVersion: "v1",
  groups: served.catalogue.groups.filter(({ name }) => name !== "").map(groupDiscovery),
});

/** `/apis/apps`, without its kind; undefined for a group that isn't served. */
export function group(served: Served, name: string): unknown {
  const found = served.catalogue.groups.find((one) => one.name === name);
  return found === undefined || name === ""
    ? undefined
    : { kind: "APIGroup", apiVersion: "v1", ...groupDiscovery(found) };
}

function groupDiscovery({ name, versions }: ServedGroup) {
  const named = versions.map(({ version }) => ({ groupVersion: `${name}/${version}`, version }));
  return { name, versions: named, preferredVersion: named[0] };
}
