/** What stands in a Lease, and what follows from it for one who wants to hold it. Times are milliseconds of a clock that only goes forward. */

import type { Lease } from "#api/coordination/lease.ts";
import { showMicroTime } from "#machinery/time.ts";

/** A Lease counts whole seconds; a shorter time stands here. */
const durationAnnotation = "portolan.io/lease-duration-ms";

/** How long the Lease counts after its last renewal. Another program's seconds win over an annotation that doesn't go with them. */
function durationMsOf({ metadata, spec }: Lease): number {
  const wholeSeconds = spec.leaseDurationSeconds ?? 0;
  const exactMs = Number(metadata.annotations?.[durationAnnotation]);
  return Math.ceil(exactMs / 1000) === wholeSeconds ? exactMs : wholeSeconds * 1000;
}

/** Another candidate's hold as this process has seen it: how long it counts, and since when it has looked like this. */
export interface Sighting {
  readonly record: string;
  readonly durationMs: number;
  readonly atMs: number;
}

/** Nobody's wall clock matters: what counts is for how long the record has not changed, as seen from here. */
export function sightingOf(lease: Lease, before: Sighting | undefined, atMs: number): Sighting {
  const record = `${lease.metadata.uid} ${lease.metadata.resourceVersion}`;
  return before?.record === record ? before : { record, durationMs: durationMsOf(lease), atMs };
}

export interface Standing {
  readonly lease: Lease | undefined;
  readonly identity: string;
  /** undefined: no hold of anybody has been seen yet. */
  readonly seen: Sighting | undefined;
  /** When the renewal was sent by which we hold the Lease; undefined: we don't. */
  readonly renewedAtMs: number | undefined;
  readonly renewMs: number;
}
export type Step = { readonly kind: "write" } | { readonly kind: "wait"; readonly untilMs: number };

/** What a candidate does at that moment: takes or renews the Lease, or waits. */
export function nextStep({ lease, identity, seen, renewedAtMs, renewMs }: Standing, nowMs: number): Step {
  const holder = lease?.spec.holderIdentity ?? "";
  const isGivenBack = lease !== undefined && holder === "";
  // A Lease that was deleted is still believed in by the one who held it.
  const othersUntilMs = isGivenBack || holder === identity || seen === undefined ? nowMs : seen.atMs + seen.durationMs;
  const isOurs = renewedAtMs !== undefined && (lease === undefined || holder === identity);
  const untilMs = isOurs ? renewedAtMs + renewMs : othersUntilMs;
  return untilMs <= nowMs ? { kind: "write" } : { kind: "wait", untilMs };
}

export interface Hold {
  readonly identity: string;
  readonly durationMs: number;
  /** Milliseconds since 1970: for people who read it. */
  readonly now: number;
}

/** The Lease as its new or old holder writes it; `leaseTransitions` counts how often it went from one to another. */
export function heldLease(lease: Lease | undefined, { identity, durationMs, now }: Hold) {
  const before = lease?.spec;
  const isOurs = before?.holderIdentity === identity;
  const transitions = before?.leaseTransitions ?? 0;
  return {
    annotations: { ...lease?.metadata.annotations, [durationAnnotation]: String(durationMs) },
    spec: {
      holderIdentity: identity,
      leaseDurationSeconds: Math.ceil(durationMs / 1000),
      acquireTime: isOurs ? (before.acquireTime ?? showMicroTime(now)) : showMicroTime(now),
      renewTime: showMicroTime(now),
      leaseTransitions: isOurs || before === undefined ? transitions : transitions + 1,
    },
  };
}

/** Nobody's: whoever sees it may take it at once. As client-go gives a Lease back. */
export function releasedSpec(lease: Lease, now: number): Lease["spec"] {
  const { leaseTransitions = 0 } = lease.spec;
  const times = { acquireTime: showMicroTime(now), renewTime: showMicroTime(now) };
  return { holderIdentity: "", leaseDurationSeconds: 1, leaseTransitions, ...times };
}
