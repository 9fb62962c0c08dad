import { object, optional, required, string } from "#machinery/schema.ts";

export class ParentReference extends object("io.k8s.api.networking.v1.ParentReference", {
  group: optional(1, string),
  resource: required(2, string),
  namespace: optional(3, string),
  name: required(4, string),
}) {}

export class IPAddressSpec extends object("io.k8s.api.networking.v1.IPAddressSpec", {
  parentRef: required(1, ParentReference),
}) {}
