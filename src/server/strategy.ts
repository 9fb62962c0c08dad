import { namespaces } from "#api/core/namespace.ts";
import type { AnyKind } from "#machinery/kind.ts";
import { type ApiObject, isOf } from "./object.ts";
import { certificateRequestStrategy } from "./strategies/certificate-requests.ts";
import { daemonSetStrategy } from "./strategies/daemon-sets.ts";
import { endpointsStrategy } from "./strategies/endpoints.ts";
import { ingressStrategy } from "./strategies/ingresses.ts";
import { jobStrategy } from "./strategies/jobs.ts";
import { namespaceStrategy } from "./strategies/namespaces.ts";
import { podStrategy } from "./strategies/pods.ts";
import { serviceStrategy } from "./strategies/services.ts";
import { plain, type Strategy } from "./strategies/strategy.ts";

const strategies = new Map<string, Strategy>([
  ["/endpoints", endpointsStrategy],
  ["/namespaces", namespaceStrategy],
  ["/pods", podStrategy],
  ["/services", serviceStrategy],
  ["apps/daemonsets", daemonSetStrategy],
  ["batch/jobs", jobStrategy],
  ["certificates.k8s.io/certificatesigningrequests", certificateRequestStrategy],
  ["discovery.k8s.io/endpointslices", endpointsStrategy],
  ["networking.k8s.io/ingresses", ingressStrategy],
]);

export const strategyOf = ({ group, plural }: AnyKind): Strategy => strategies.get(`${group}/${plural}`) ?? plain;

export const hasStatus = ({ subresources }: AnyKind): boolean => subresources.some(({ name }) => name === "status");

/** An object without what says nothing of what is wanted: its metadata and its status. */
export function wanted(object: ApiObject): Readonly<Record<string, unknown>> {
  const { apiVersion: _, kind: __, metadata: ___, status: ____, ...rest } = object;
  return rest;
}

/** Whether nobody holds the object back from going: finalizers, and those that a Namespace has in its `spec`. */
export function isEmptied(object: ApiObject): boolean {
  const held = isOf(namespaces, object) ? (object.spec.finalizers ?? []) : [];
  return (object.metadata.finalizers ?? []).length === 0 && held.length === 0;
}
