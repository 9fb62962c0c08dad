import { list, map, object, optional, quantity, string } from "#machinery/schema.ts";
import { Toleration } from "../../core/pod/scheduling.ts";

export class Overhead extends object("io.k8s.api.node.v1.Overhead", {
  podFixed: optional(1, map(quantity)),
}) {}

export class Scheduling extends object("io.k8s.api.node.v1.Scheduling", {
  nodeSelector: optional(1, map(string, { atomic: true })),
  tolerations: optional(2, list(Toleration)),
}) {}
