import { list, listMap, object, optional, string } from "#machinery/schema.ts";
import { Condition } from "../../meta/condition.ts";

export class ServiceCIDRSpec extends object("io.k8s.api.networking.v1.ServiceCIDRSpec", {
  cidrs: optional(1, list(string)),
}) {}

export class ServiceCIDRStatus extends object("io.k8s.api.networking.v1.ServiceCIDRStatus", {
  conditions: optional(1, listMap(Condition, ["type"])),
}) {}
