import {
  assigned,
  boolean,
  int64,
  json,
  list,
  listMap,
  map,
  object,
  optional,
  required,
  set,
  string,
  time,
} from "#machinery/schema.ts";

export class ManagedFieldsEntry extends object("io.k8s.apimachinery.pkg.apis.meta.v1.ManagedFieldsEntry", {
  manager: optional(1, string),
  operation: optional(2, string),
  apiVersion: optional(3, string),
  time: optional(4, time),
  fieldsType: optional(6, string),
  fieldsV1: optional(7, json),
  subresource: optional(8, string),
}) {}

export class OwnerReference extends object(
  "io.k8s.apimachinery.pkg.apis.meta.v1.OwnerReference",
  {
    kind: required(1, string),
    name: required(3, string),
    uid: required(4, string),
    apiVersion: required(5, string),
    controller: optional(6, boolean, { zero: "counts" }),
    blockOwnerDeletion: optional(7, boolean, { zero: "counts" }),
  },
  { atomic: true },
) {}

export class ObjectMeta extends object("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta", {
  name: assigned(1, string),
  generateName: optional(2, string),
  namespace: assigned(3, string),
  selfLink: optional(4, string),
  uid: assigned(5, string),
  resourceVersion: assigned(6, string),
  generation: optional(7, int64()),
  creationTimestamp: assigned(8, time),
  deletionTimestamp: optional(9, time),
  deletionGracePeriodSeconds: optional(10, int64(), { zero: "counts" }),
  labels: optional(11, map(string)),
  annotations: optional(12, map(string)),
  ownerReferences: optional(13, listMap(OwnerReference, ["uid"])),
  finalizers: optional(14, set(string, { patch: true })),
  managedFields: optional(17, list(ManagedFieldsEntry)),
}) {}
