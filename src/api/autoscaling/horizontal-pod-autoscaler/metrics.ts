import { int32, object, optional, quantity, required, string } from "#machinery/schema.ts";
import { LabelSelector } from "../../meta/label-selector.ts";

export class CrossVersionObjectReference extends object("io.k8s.api.autoscaling.v2.CrossVersionObjectReference", {
  kind: required(1, string),
  name: required(2, string),
  apiVersion: optional(3, string),
}) {}

export class MetricIdentifier extends object("io.k8s.api.autoscaling.v2.MetricIdentifier", {
  name: required(1, string),
  selector: optional(2, LabelSelector),
}) {}

export class MetricTarget extends object("io.k8s.api.autoscaling.v2.MetricTarget", {
  type: required(1, string),
  value: optional(2, quantity),
  averageValue: optional(3, quantity),
  averageUtilization: optional(4, int32(), { zero: "counts" }),
}) {}

export class MetricValueStatus extends object("io.k8s.api.autoscaling.v2.MetricValueStatus", {
  value: optional(1, quantity),
  averageValue: optional(2, quantity),
  averageUtilization: optional(3, int32(), { zero: "counts" }),
}) {}

export class ObjectMetricSource extends object("io.k8s.api.autoscaling.v2.ObjectMetricSource", {
  describedObject: required(1, CrossVersionObjectReference),
  target: required(2, MetricTarget),
  metric: required(3, MetricIdentifier),
}) {}
export class PodsMetricSource extends object("io.k8s.api.autoscaling.v2.PodsMetricSource", {
  metric: required(1, MetricIdentifier),
  target: required(2, MetricTarget),
}) {}
export class ResourceMetricSource extends object("io.k8s.api.autoscaling.v2.ResourceMetricSource", {
  name: required(1, string),
  target: required(2, MetricTarget),
}) {}
export class ContainerResourceMetricSource extends object("io.k8s.api.autoscaling.v2.ContainerResourceMetricSource", {
  name: required(1, string),
  target: required(2, MetricTarget),
  container: required(3, string),
}) {}
export class ExternalMetricSource extends object("io.k8s.api.autoscaling.v2.ExternalMetricSource", {
  metric: required(1, MetricIdentifier),
  target: required(2, MetricTarget),
}) {}

export class MetricSpec extends object("io.k8s.api.autoscaling.v2.MetricSpec", {
  type: required(1, string),
  object: optional(2, ObjectMetricSource),
  pods: optional(3, PodsMetricSource),
  resource: optional(4, ResourceMetricSource),
  external: optional(5, ExternalMetricSource),
  containerResource: optional(7, ContainerResourceMetricSource),
}) {}

export class ObjectMetricStatus extends object("io.k8s.api.autoscaling.v2.ObjectMetricStatus", {
  metric: required(1, MetricIdentifier),
  current: required(2, MetricValueStatus),
  describedObject: required(3, CrossVersionObjectReference),
}) {}
export class PodsMetricStatus extends object("io.k8s.api.autoscaling.v2.PodsMetricStatus", {
  metric: required(1, MetricIdentifier),
  current: required(2, MetricValueStatus),
}) {}
export class ResourceMetricStatus extends object("io.k8s.api.autoscaling.v2.ResourceMetricStatus", {
  name: required(1, string),
  current: required(2, MetricValueStatus),
}) {}
export class ContainerResourceMetricStatus extends object("io.k8s.api.autoscaling.v2.ContainerResourceMetricStatus", {
  name: required(1, string),
  current: required(2, MetricValueStatus),
  container: required(3, string),
}) {}
export class ExternalMetricStatus extends object("io.k8s.api.autoscaling.v2.ExternalMetricStatus", {
  metric: required(1, MetricIdentifier),
  current: required(2, MetricValueStatus),
}) {}

export class MetricStatus extends object("io.k8s.api.autoscaling.v2.MetricStatus", {
  type: required(1, string),
  object: optional(2, ObjectMetricStatus),
  pods: optional(3, PodsMetricStatus),
  resource: optional(4, ResourceMetricStatus),
  external: optional(5, ExternalMetricStatus),
  containerResource: optional(7, ContainerResourceMetricStatus),
}) {}
