import { namespaces } from "#api/core/namespace.ts";
import type { AnyKind } from "#machinery/kind.ts";
import { type ApiObject, isOf } from "../object.ts";
import { certificateRequestStrategy } from "./certificate-requests.ts";
import { daemonSetStrategy } from "./daemon-sets.ts";
import { endpointsStrategy } from "./endpoints.ts";
import { ingressStrategy } from "./ingresses.ts";
import { jobStrategy } from "./jobs.ts";
import { namespaceStrategy } from "./namespaces.ts";
import { podStrategy } from "./pods.ts";
import { serviceStrategy } from "./services.ts";
import { plain, type Strategy } from "./strategy.ts";

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
