import { boolean, defaulted, inlined, object, optional, quantity, required, string } from "#machinery/schema.ts";

export class ConfigMapEnvSource extends object("io.k8s.api.core.v1.ConfigMapEnvSource", {
  ...inlined(1, {
    name: optional(1, string),
  }),
  optional: optional(2, boolean, { zero: "counts" }),
}) {}

export class ConfigMapKeySelector extends object(
  "io.k8s.api.core.v1.ConfigMapKeySelector",
  {
    ...inlined(1, {
      name: optional(1, string),
    }),
    key: required(2, string),
    optional: optional(3, boolean, { zero: "counts" }),
  },
  { atomic: true },
) {}

export class SecretEnvSource extends object("io.k8s.api.core.v1.SecretEnvSource", {
  ...inlined(1, {
    name: optional(1, string),
  }),
  optional: optional(2, boolean, { zero: "counts" }),
}) {}

export class EnvFromSource extends object("io.k8s.api.core.v1.EnvFromSource", {
  prefix: optional(1, string),
  configMapRef: optional(2, ConfigMapEnvSource),
  secretRef: optional(3, SecretEnvSource),
}) {}

export class ObjectFieldSelector extends object(
  "io.k8s.api.core.v1.ObjectFieldSelector",
  {
    apiVersion: defaulted(1, string, "v1"),
    fieldPath: required(2, string),
  },
  { atomic: true },
) {}

export class FileKeySelector extends object(
  "io.k8s.api.core.v1.FileKeySelector",
  {
    volumeName: required(1, string),
    path: required(2, string),
    key: required(3, string),
    optional: defaulted(4, boolean, false, { zero: "counts" }),
  },
  { atomic: true },
) {}

export class ResourceFieldSelector extends object(
  "io.k8s.api.core.v1.ResourceFieldSelector",
  {
    containerName: optional(1, string),
    resource: required(2, string),
    divisor: optional(3, quantity),
  },
  { atomic: true },
) {}

export class SecretKeySelector extends object(
  "io.k8s.api.core.v1.SecretKeySelector",
  {
    ...inlined(1, {
      name: optional(1, string),
    }),
    key: required(2, string),
    optional: optional(3, boolean, { zero: "counts" }),
  },
  { atomic: true },
) {}

export class EnvVarSource extends object("io.k8s.api.core.v1.EnvVarSource", {
  fieldRef: optional(1, ObjectFieldSelector),
  resourceFieldRef: optional(2, ResourceFieldSelector),
  configMapKeyRef: optional(3, ConfigMapKeySelector),
  secretKeyRef: optional(4, SecretKeySelector),
  fileKeyRef: optional(5, FileKeySelector),
}) {}

export class EnvVar extends object("io.k8s.api.core.v1.EnvVar", {
  name: required(1, string),
  value: optional(2, string),
  valueFrom: optional(3, EnvVarSource),
}) {}
