import {
  type FieldProblem,
  forbiddenField,
  invalidField,
  requiredField,
  unsupportedField,
} from "#machinery/field-problem.ts";
import { mustQuantity } from "#machinery/quantity.ts";
import { isSame } from "#machinery/rules/differences.ts";
import { dnsLabelTrouble, pathSegmentTrouble } from "#machinery/rules/names.ts";
import { negativeProblems, notNegative } from "#machinery/rules/numbers.ts";
import { containerResourceNameProblems } from "../../core/resource-names.ts";
import type {
  ContainerResourceMetricSource,
  CrossVersionObjectReference,
  MetricIdentifier,
  MetricSpec,
  MetricTarget,
  ResourceMetricSource,
} from "./metrics.ts";
import type { HorizontalPodAutoscalerSpec, HorizontalPodAutoscalerStatus, HPAScalingRules } from "./spec.ts";

// Source: pkg/apis/autoscaling/validation/validation.go.

type Problems = Iterable<FieldProblem>;
interface Subject {
  readonly spec: HorizontalPodAutoscalerSpec;
  readonly status: HorizontalPodAutoscalerStatus;
}

export function* autoscalerProblems({ spec }: Subject): Problems {
  const { minReplicas, maxReplicas, scaleTargetRef, metrics = [], behavior } = spec;
  if (minReplicas < 1) yield invalidField("spec.minReplicas", minReplicas, "must be greater than or equal to 1");
  if (maxReplicas < 1) yield invalidField("spec.maxReplicas", maxReplicas, "must be greater than 0");
  if (maxReplicas < minReplicas)
    yield invalidField("spec.maxReplicas", maxReplicas, "must be greater than or equal to `minReplicas`");
  yield* referenceProblems("spec.scaleTargetRef", scaleTargetRef);
  for (const [i, metric] of metrics.entries()) yield* metricProblems(`spec.metrics[${i}]`, metric);
  if (behavior?.scaleUp !== undefined) yield* scalingProblems("spec.behavior.scaleUp", behavior.scaleUp);
  if (behavior?.scaleDown !== undefined) yield* scalingProblems("spec.behavior.scaleDown", behavior.scaleDown);
}

export function* autoscalerStatusProblems({ status }: Subject, { status: old }: Subject): Problems {
  if (isSame(status, old)) return;
  yield* negativeProblems("status.currentReplicas", status.currentReplicas);
  yield* negativeProblems("status.desiredReplicas", status.desiredReplicas);
}

function* referenceProblems(path: string, { kind, name }: CrossVersionObjectReference): Problems {
  for (const [field, value] of Object.entries({ kind, name })) {
    if (value === "") yield requiredField(`${path}.${field}`);
    else for (const trouble of pathSegmentTrouble(value)) yield invalidField(`${path}.${field}`, value, trouble);
  }
}

/** In the order in which Kubernetes looks for them. */
const sources = {
  Object: "object",
  External: "external",
  Pods: "pods",
  Resource: "resource",
  ContainerResource: "containerResource",
} as const;
type SourceName = (typeof sources)[keyof typeof sources];
const isType = (type: string): type is keyof typeof sources => Object.hasOwn(sources, type);

function* metricProblems(path: string, metric: MetricSpec): Problems {
  const { type } = metric;
  if (type === "") yield requiredField(`${path}.type`, "must specify a metric source type");
  if (!isType(type)) yield unsupportedField(`${path}.type`, type, Object.keys(sources));
  const given = Object.values(sources).filter((name) => metric[name] !== undefined);
  const [first] = given;
  if (first !== undefined) yield* sourceProblems(`${path}.${first}`, metric, first);
  const wanted = isType(type) ? sources[type] : undefined;
  if (wanted !== undefined && metric[wanted] === undefined)
    yield requiredField(`${path}.${wanted}`, "must populate information for the given metric source");
  if (given.length === 1) return;
  for (const name of given)
    if (name !== wanted) yield forbiddenField(`${path}.${name}`, "must populate the given metric source only");
}

function* sourceProblems(path: string, metric: MetricSpec, name: SourceName): Problems {
  const source = metric[name];
  if (source === undefined) return;
  if ("describedObject" in source) yield* referenceProblems(`${path}.describedObject`, source.describedObject);
  if ("metric" in source) yield* identifierProblems(`${path}.metric`, source.metric);
  if ("name" in source) yield* resourceProblems(path, source);
  yield* targetProblems(`${path}.target`, source.target);
  yield* neededTargets(path, name, source.target);
}

/** A container's resource is looked at more closely than a pod's. */
function* resourceProblems(path: string, source: ResourceMetricSource | ContainerResourceMetricSource): Problems {
  if (source.name === "") yield requiredField(`${path}.name`, "must specify a resource name");
  if (!("container" in source)) return;
  if (source.name !== "") yield* containerResourceNameProblems(`${path}.name`, source.name);
  if (source.container === "") yield requiredField(`${path}.container`, "must specify a container");
  else
    for (const trouble of dnsLabelTrouble(source.container))
      yield invalidField(`${path}.container`, source.container, trouble);
}

function* identifierProblems(path: string, { name }: MetricIdentifier): Problems {
  if (name === "") yield requiredField(`${path}.name`, "must specify a metric name");
  else for (const trouble of pathSegmentTrouble(name)) yield invalidField(`${path}.name`, name, trouble);
}

const targetTypes: readonly string[] = ["AverageValue", "Utilization", "Value"];

function* targetProblems(path: string, { type, value, averageValue, averageUtilization }: MetricTarget): Problems {
  if (type === "") yield requiredField(`${path}.type`, "must specify a metric target type");
  if (!targetTypes.includes(type))
    yield invalidField(`${path}.type`, type, "must be either Utilization, Value, or AverageValue");
  for (const [field, amount] of Object.entries({ value, averageValue }))
    if (amount !== undefined && mustQuantity(amount).nanos <= 0n)
      yield invalidField(`${path}.${field}`, amount, "must be positive");
  if (averageUtilization !== undefined && averageUtilization < 1)
    yield invalidField(`${path}.averageUtilization`, averageUtilization, "must be greater than 0");
}

function* neededTargets(path: string, name: SourceName, target: MetricTarget): Problems {
  const { value, averageValue, averageUtilization } = target;
  switch (name) {
    case "pods":
      if (averageValue === undefined)
        yield requiredField(`${path}.target.averageValue`, "must specify a positive target averageValue");
      return;
    case "resource":
    case "containerResource":
      if (averageUtilization === undefined && averageValue === undefined)
        yield requiredField(
          `${path}.target.averageUtilization`,
          "must set either a target raw value or a target utilization",
        );
      if (averageUtilization !== undefined && averageValue !== undefined)
        yield forbiddenField(
          `${path}.target.averageValue`,
          "may not set both a target raw value and a target utilization",
        );
      return;
    case "object":
    case "external":
      if (value === undefined && averageValue === undefined)
        yield requiredField(
          `${path}.target.averageValue`,
          name === "object"
            ? "must set either a target value or averageValue"
            : "must set either a target value for metric or a per-pod target",
        );
      if (name === "external" && value !== undefined && averageValue !== undefined)
        yield forbiddenField(`${path}.target.value`, "may not set both a target value for metric and a per-pod target");
  }
}

const longestWindowSeconds = 3600;
const longestPeriodSeconds = 1800;

function* scalingProblems(path: string, rules: HPAScalingRules): Problems {
  const { stabilizationWindowSeconds: windowSeconds, selectPolicy, policies = [], tolerance } = rules;
  if (windowSeconds !== undefined && windowSeconds < 0)
    yield invalidField(`${path}.stabilizationWindowSeconds`, windowSeconds, "must be greater than or equal to zero");
  if (windowSeconds !== undefined && windowSeconds > longestWindowSeconds)
    yield invalidField(
      `${path}.stabilizationWindowSeconds`,
      windowSeconds,
      `must be less than or equal to ${longestWindowSeconds}`,
    );
  if (selectPolicy !== undefined && !["Disabled", "Max", "Min"].includes(selectPolicy))
    yield unsupportedField(`${path}.selectPolicy`, selectPolicy, ["Disabled", "Max", "Min"]);
  if (policies.length === 0) yield requiredField(`${path}.policies`, "must specify at least one Policy");
  for (const [i, { type, value, periodSeconds }] of policies.entries()) {
    const at = `${path}.policies[${i}]`;
    if (type !== "Pods" && type !== "Percent") yield unsupportedField(`${at}.type`, type, ["Percent", "Pods"]);
    if (value <= 0) yield invalidField(`${at}.value`, value, "must be greater than zero");
    if (periodSeconds <= 0) yield invalidField(`${at}.periodSeconds`, periodSeconds, "must be greater than zero");
    else if (periodSeconds > longestPeriodSeconds)
      yield invalidField(`${at}.periodSeconds`, periodSeconds, `must be less than or equal to ${longestPeriodSeconds}`);
  }
  if (tolerance !== undefined && mustQuantity(tolerance).nanos < 0n)
    yield invalidField(`${path}.tolerance`, tolerance, notNegative);
}
