import { type AnyKind, type AnyOtherVersion, apiVersionOf } from "./kind.ts";

/** What a resource is called and can do in one version: all that discovery and OpenAPI tell. */
export type Resource = Pick<
  AnyKind,
  | "group"
  | "version"
  | "kind"
  | "plural"
  | "singular"
  | "shortNames"
  | "categories"
  | "scope"
  | "type"
  | "subresources"
  | "nameRule"
>;

/** A kind in one of the versions in which it is served. */
export interface ServedKind extends Resource {
  /** What is stored, and what all rules are about; the kind itself, where its own version is spoken. */
  readonly hub: AnyKind;
  /** undefined: the hub itself. */
  readonly other: AnyOtherVersion | undefined;
}

/** One group of an API, with its versions from the preferred one on. */
export interface ServedGroup {
  readonly name: string;
  readonly versions: readonly { readonly version: string; readonly kinds: readonly ServedKind[] }[];
}

/** Which kinds there are, looked up by what requests and objects say. What it has may change; its arrays are other ones then. */
export interface KindCatalogue {
  /** Every kind that is stored, once. */
  readonly kinds: readonly AnyKind[];
  /** Every kind in every version. */
  readonly served: readonly ServedKind[];
  /** In the order in which discovery tells them, which is that in which clients look for a name. */
  readonly groups: readonly ServedGroup[];
  /** `at("apps", "v1", "deployments")`; the core group is "". */
  readonly at: (group: string, version: string, plural: string) => ServedKind | undefined;
  /** `named("apps/v1", "Deployment")`: what an object says of itself. */
  readonly named: (apiVersion: string, kind: string) => ServedKind | undefined;
}

/** The kinds of an API, in the order in which discovery is to name them. */
export function catalogueOf(kinds: readonly AnyKind[]): KindCatalogue {
  const served = [...kinds.map(asHub), ...kinds.flatMap((kind) => (kind.otherVersions ?? []).map(inVersion(kind)))];
  const byPlural = new Map(served.map((one) => [`${apiVersionOf(one)}/${one.plural}`, one]));
  const byKind = new Map(served.map((one) => [`${apiVersionOf(one)}/${one.kind}`, one]));
  return {
    kinds,
    served,
    groups: groupsOf(served),
    at: (group, version, plural) => byPlural.get(`${apiVersionOf({ group, version })}/${plural}`),
    named: (apiVersion, kind) => byKind.get(`${apiVersion}/${kind}`),
  };
}

/** A kind in its own version. */
const asHub = (kind: AnyKind): ServedKind => ({ ...kind, hub: kind, other: undefined });

/** Short names lead to the hub alone, so that a short name means one resource. */
const inVersion =
  (hub: AnyKind) =>
  (other: AnyOtherVersion): ServedKind => ({
    ...hub,
    group: other.group,
    version: other.version,
    type: other.type,
    shortNames: [],
    categories: [],
    hub,
    other,
  });

/** Groups of which nothing is left but deprecated versions come last: no client is to find them first. */
function groupsOf(served: readonly ServedKind[]): readonly ServedGroup[] {
  const groups = [...Map.groupBy(served, ({ group }) => group)].map(([name, members]) => ({
    name,
    versions: [...Map.groupBy(members, ({ version }) => version)]
      .map(([version, kinds]) => ({ version, kinds }))
      .toSorted((a, b) => byPreference(a.version, b.version)),
  }));
  const isOld = ({ versions }: ServedGroup) =>
    versions.every(({ kinds }) => kinds.every(({ other }) => other?.deprecation !== undefined));
  return [...groups.filter((one) => !isOld(one)), ...groups.filter(isOld)];
}

/** v2, v1, v2beta1, v1beta2, v1alpha1. Source: CompareKubeAwareVersionStrings in k8s.io/apimachinery. */
function byPreference(a: string, b: string): number {
  const [[stageA, majorA, minorA], [stageB, majorB, minorB]] = [rankOf(a), rankOf(b)];
  return stageB - stageA || majorB - majorA || minorB - minorA;
}

const stages = ["alpha", "beta", undefined];
function rankOf(version: string): readonly [stage: number, major: number, minor: number] {
  const [, major = "0", stage, minor = "0"] = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version) ?? [];
  return [stages.indexOf(stage), Number(major), Number(minor)];
}
