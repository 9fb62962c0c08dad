import { type AnyKind, type AnyOtherVersion, apiVersionOf } from "./kind.ts";
import type { AnyReview } from "./review.ts";

/** What a resource is called in one version, and of what it is made. */
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

/** What a resource is called and can do in one version: all that discovery and OpenAPI tell. */
export interface ServedResource extends Omit<Resource, "nameRule"> {
  /** Of the resource itself; its subresources have their own. */
  readonly verbs: readonly string[];
}

/** A kind in one of the versions in which it is served. */
export interface ServedKind extends Resource, ServedResource {
  /** What is stored, and what all rules are about; the kind itself, where its own version is spoken. */
  readonly hub: AnyKind;
  /** undefined: the hub itself. */
  readonly other: AnyOtherVersion | undefined;
}

/** A kind that is asked and answered, as it is served. */
export interface ServedReview extends ServedResource {
  readonly review: AnyReview;
}

/** One group of an API, with its versions from the preferred one on. */
export interface ServedGroup {
  readonly name: string;
  readonly versions: readonly { readonly version: string; readonly kinds: readonly (ServedKind | ServedReview)[] }[];
}

/** Which kinds there are, looked up by what requests and objects say. What it has may change; its arrays are other ones then. */
export interface KindCatalogue {
  /** Every kind that is stored, once. */
  readonly kinds: readonly AnyKind[];
  /** Every kind that is stored, in every version. */
  readonly served: readonly ServedKind[];
  /** Every kind that is only asked and answered, in every version. */
  readonly reviews: readonly ServedReview[];
  /** In the order in which discovery tells them, which is that in which clients look for a name. */
  readonly groups: readonly ServedGroup[];
  /** `at("apps", "v1", "deployments")`; the core group is "". */
  readonly at: (group: string, version: string, plural: string) => ServedKind | undefined;
  /** The same of those that are only asked and answered. */
  readonly reviewAt: (group: string, version: string, plural: string) => ServedReview | undefined;
  /** `named("apps/v1", "Deployment")`: what an object says of itself. */
  readonly named: (apiVersion: string, kind: string) => ServedKind | undefined;
}

/** The kinds of an API, in the order in which discovery is to name them; the reviews behind the others. */
export function catalogueOf(kinds: readonly AnyKind[], asked: readonly AnyReview[]): KindCatalogue {
  const served = [...kinds.map(asHub), ...kinds.flatMap((kind) => (kind.otherVersions ?? []).map(inVersion(kind)))];
  const reviews = asked.map(asServed);
  const byPlural = new Map(served.map((one) => [placeOf(one), one]));
  const reviewByPlural = new Map(reviews.map((one) => [placeOf(one), one]));
  const byKind = new Map(served.map((one) => [`${apiVersionOf(one)}/${one.kind}`, one]));
  return {
    kinds,
    served,
    reviews,
    groups: groupsOf([...served, ...reviews]),
    at: (group, version, plural) => byPlural.get(placeOf({ group, version, plural })),
    reviewAt: (group, version, plural) => reviewByPlural.get(placeOf({ group, version, plural })),
    named: (apiVersion, kind) => byKind.get(`${apiVersion}/${kind}`),
  };
}

const placeOf = (named: Pick<AnyKind, "group" | "version" | "plural">): string =>
  `${apiVersionOf(named)}/${named.plural}`;

/** What can be done with an object of every kind that is stored. */
const storedVerbs: readonly string[] = [
  "create",
  "delete",
  "deletecollection",
  "get",
  "list",
  "patch",
  "update",
  "watch",
];

/** A kind in its own version. */
const asHub = (kind: AnyKind): ServedKind => ({ ...kind, verbs: storedVerbs, hub: kind, other: undefined });

const asServed = (review: AnyReview): ServedReview => ({
  ...review,
  shortNames: [],
  categories: [],
  subresources: [],
  verbs: ["create"],
  review,
});

/** Short names lead to the hub alone, so that a short name means one resource. */
const inVersion =
  (hub: AnyKind) =>
  (other: AnyOtherVersion): ServedKind => ({
    ...hub,
    verbs: storedVerbs,
    group: other.group,
    version: other.version,
    type: other.type,
    shortNames: [],
    categories: [],
    hub,
    other,
  });

/** Groups of which nothing is left but deprecated versions come last: no client is to find them first. */
function groupsOf(served: readonly (ServedKind | ServedReview)[]): readonly ServedGroup[] {
  const groups = [...Map.groupBy(served, ({ group }) => group)].map(([name, members]) => ({
    name,
    versions: [...Map.groupBy(members, ({ version }) => version)]
      .map(([version, kinds]) => ({ version, kinds }))
      .toSorted((a, b) => byPreference(a.version, b.version)),
  }));
  const isOld = ({ versions }: ServedGroup) =>
    versions.every(({ kinds }) => kinds.every((kind) => "hub" in kind && kind.other?.deprecation !== undefined));
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
