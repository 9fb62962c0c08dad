import type { FieldProblem } from "./field-problem.ts";
import type { AnyType, Stored } from "./schema.ts";
import type { LabelSelector } from "./selectors.ts";

/** What makes a type a resource: its names, how it prints, and what only several fields together can say. */
export interface Kind<T extends AnyType = AnyType, O = Stored<T>> {
  /** "" for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly scope: "Namespaced" | "Cluster";
  readonly type: T;
  readonly subresources: readonly Subresource[];
  readonly columns: readonly Column<O>[];
  /** Fields besides metadata.name and metadata.namespace that a field selector may name. */
  readonly selectableFields: Readonly<Record<string, Select<O>>>;
  /** Rules for metadata.name. */
  readonly nameRule: NameRule;
  /** Defaults that depend on other fields; after the static ones, before the rules. Leaves its argument alone. */
  readonly derive: Derive<O>;
  /** What a new object's status is; `undefined` where the kind has none. A client's own status is ignored on creation. */
  readonly initialStatus: Select<O, unknown> | undefined;
  /** In the order in which Kubernetes looks. */
  readonly rules: readonly Rule<O>[];
  /** Rules for new objects alone: what was let in before stays. */
  readonly createRules?: readonly Rule<O>[];
  /** Rules that compare an update with what is stored. */
  readonly updateRules: readonly UpdateRule<O>[];
  /** What a client is told of an object that is taken, though it may not be what was meant. */
  readonly warnings?: Warn<O>;
  /** `metadata.generation` counts the changes of what is wanted: of everything but metadata and status. */
  readonly countsGenerations?: true;
  /** What the subresource `scale` shows. It writes `spec.replicas`. */
  readonly scale?: Select<O, Scaled>;
  /** Who deletes it and doesn't say what shall become of what it owns, leaves that. Source: DefaultGarbageCollectionPolicy. */
  readonly keepsDependents?: true;
  /** No update is taken that doesn't say which version it is built upon. Source: AllowUnconditionalUpdate. */
  readonly updatesNameVersion?: true;
  /** Further versions in which it is served; the others of its group first. */
  readonly otherVersions?: readonly AnyOtherVersion[];
}

/**
 * A version in which a kind is served beside the one that is stored and that all rules are about, the hub. What a client sends is read
 * by the version's own type, with its own defaults, becomes a document of the hub, and is read, judged and stored as such.
 */
export interface OtherVersion<T extends AnyType = AnyType, O = Stored<T>, H = unknown> {
  readonly group: string;
  readonly version: string;
  readonly type: T;
  /** Defaults of this version that depend on other fields; after its static ones. */
  readonly derive: Derive<O>;
  /** The document of the hub (fields may be undefined), without loss: what the hub has no field for goes into the annotations that Kubernetes uses for it. */
  readonly toHub: Convert<O>;
  /** The document of this version; the other way round. */
  readonly fromHub: Convert<H>;
  /** As the kind's own `keepsDependents`, for those who delete in this version. */
  readonly keepsDependents?: true;
  /** What its field selectors call the hub's selectable fields: `"regarding.name": "involvedObject.name"`. Absent: as the hub does. */
  readonly selectableFields?: Readonly<Record<string, string>>;
  /** Absent: it is as good as the hub. */
  readonly deprecation?: Deprecation;
}
export type AnyOtherVersion = OtherVersion<AnyType, unknown, unknown>;
export type Convert<O> = { convert(object: O): unknown }["convert"];

/** As in "extensions/v1beta1 Ingress is deprecated in v1.14+, unavailable in v1.22+; use networking.k8s.io/v1 Ingress". */
export interface Deprecation {
  /** `v1.14`. */
  readonly deprecatedIn: string;
  readonly removedIn: string;
  /** `networking.k8s.io/v1`. */
  readonly use: string;
}

/** `H` is the hub's object. */
export const defineVersion = <T extends AnyType, H>(version: OtherVersion<T, Stored<T>, H>): AnyOtherVersion => version;

/** A type that requests or answers hold by name. */
export interface NamedType {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly type: AnyType;
}

/** Any kind, for code that treats them alike: it must hand a kind's functions only objects of that kind. */
export type AnyKind = Kind<AnyType, unknown>;

export type NameRule = "dns-subdomain" | "dns-label" | "dns-1035-label" | "path-segment" | "ip";

export interface Subresource {
  readonly name: string;
  /** The kind that it speaks, where that isn't the resource's own: `Scale` of autoscaling/v1, `Binding`, … */
  readonly kind?: { readonly group: string; readonly version: string; readonly kind: string };
  readonly verbs: readonly string[];
}

/** How many pods something has, and which. */
export interface Scaled {
  readonly replicas: number;
  /** How many there are. */
  readonly current: number;
  readonly selector: LabelSelector;
}

export type Cell = string | number | boolean;

/** A column of `kubectl get`. Source: pkg/printers/internalversion in Kubernetes. */
export interface Column<O> {
  readonly name: string;
  readonly type: "string" | "integer" | "boolean" | "date";
  /** `now` (milliseconds since 1970) is for ages. */
  cell(object: O, now: number): Cell;
  /** Shown with `-o wide` alone. */
  readonly wide?: true;
  readonly doc: string;
}

// Taken from method signatures, so that a kind of services is also a kind of anything: see AnyKind.
export type Rule<O> = { rule(object: O): Iterable<FieldProblem> }["rule"];
export type UpdateRule<O> = { rule(next: O, old: O): Iterable<FieldProblem> }["rule"];
/** `old` is undefined for a new object. */
export type Warn<O> = { warn(object: O, old: O | undefined): Iterable<string> }["warn"];
export type Derive<O> = { derive(object: O): O }["derive"];
export type Select<O, R = string> = { select(object: O): R }["select"];

export const defineKind = <T extends AnyType>(kind: Kind<T>): Kind<T> => kind;

/** For kinds whose defaults are all static. */
export const unchanged = <O>(object: O): O => object;

export const statusSubresource: Subresource = { name: "status", verbs: ["get", "patch", "update"] };
export const scaleSubresource: Subresource = {
  name: "scale",
  kind: { group: "autoscaling", version: "v1", kind: "Scale" },
  verbs: ["get", "patch", "update"],
};

/** What every request in a deprecated version is told. Source: deprecation.WarningMessage in k8s.io/apiserver. */
export const deprecationWarning = (
  kind: Pick<AnyKind, "group" | "version" | "kind">,
  { deprecatedIn, removedIn, use }: Deprecation,
): string =>
  `${apiVersionOf(kind)} ${kind.kind} is deprecated in ${deprecatedIn}+, unavailable in ${removedIn}+; use ${use} ${kind.kind}`;

/** "v1" or "apps/v1". */
export const apiVersionOf = ({ group, version }: { readonly group: string; readonly version: string }): string =>
  group === "" ? version : `${group}/${version}`;
