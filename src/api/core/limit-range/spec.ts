import { list, map, object, optional, present, quantity, required, string } from "#machinery/schema.ts";

export class LimitRangeItem extends object("io.k8s.api.core.v1.LimitRangeItem", {
  type: required(1, string),
  max: optional(2, map(quantity)),
  min: optional(3, map(quantity)),
  default: optional(4, map(quantity)),
  defaultRequest: optional(5, map(quantity)),
  maxLimitRequestRatio: optional(6, map(quantity)),
}) {}

export class LimitRangeSpec extends object("io.k8s.api.core.v1.LimitRangeSpec", {
  limits: present(1, list(LimitRangeItem)),
}) {}
