import {
  duplicateField,
  type FieldProblem,
  forbiddenField,
  invalidField,
  requiredField,
  unsupportedField,
} from "#machinery/field-problem.ts";
import { dnsLabelTrouble } from "#machinery/rules/names.ts";
import type { Container } from "../container.ts";
import type { PodSpec } from "../spec.ts";
import { envFromProblems, envProblems } from "./env.ts";
import { containerPortProblems, hostPortProblems } from "./ports.ts";
import { probesProblems } from "./probes.ts";
import { resourceProblems } from "./resources.ts";
import { mountProblems } from "./volumes.ts";

// Source: validateContainers and validateInitContainers in pkg/apis/core/validation/validation.go.

type Problems = Iterable<FieldProblem>;

export function* containersProblems(path: string, spec: PodSpec): Problems {
  const { containers, initContainers = [], volumes = [] } = spec;
  const known = new Set(volumes.map(({ name }) => name));
  if (containers.length === 0) yield requiredField(`${path}.containers`);
  const names = new Set<string>();
  for (const [i, container] of containers.entries()) {
    const at = `${path}.containers[${i}]`;
    yield* containerProblems(at, container, known);
    yield* nameTwice(at, container, names);
    yield* probesProblems(at, container);
    if (container.restartPolicy !== undefined && initContainers.length === 0)
      yield* restartPolicyProblems(at, container.restartPolicy, ["Always", "Never", "OnFailure"]);
  }
  yield* hostPortProblems(`${path}.containers`, containers);
  for (const [i, container] of initContainers.entries()) {
    const at = `${path}.initContainers[${i}]`;
    yield* containerProblems(at, container, known);
    yield* nameTwice(at, container, names);
    yield* initProblems(at, container);
    yield* hostPortProblems(at.slice(0, -`[${i}]`.length), initContainers.slice(i, i + 1));
  }
}

function* nameTwice(path: string, { name }: Container, names: Set<string>): Problems {
  if (names.has(name)) yield duplicateField(`${path}.name`, name);
  if (name !== "") names.add(name);
}

const pullPolicies: readonly string[] = ["Always", "IfNotPresent", "Never"];
const messagePolicies: readonly string[] = ["FallbackToLogsOnError", "File"];

function* containerProblems(path: string, container: Container, volumes: ReadonlySet<string>): Problems {
  const { name, image = "", terminationMessagePolicy, imagePullPolicy = "" } = container;
  if (name === "") yield requiredField(`${path}.name`);
  else for (const trouble of dnsLabelTrouble(name)) yield invalidField(`${path}.name`, name, trouble);
  if (image === "") yield requiredField(`${path}.image`);
  else if (image.trim() !== image)
    yield invalidField(`${path}.image`, image, "must not have leading or trailing whitespace");
  if (!messagePolicies.includes(terminationMessagePolicy))
    yield unsupportedField(`${path}.terminationMessagePolicy`, terminationMessagePolicy, messagePolicies);
  yield* containerPortProblems(`${path}.ports`, container.ports);
  yield* envProblems(`${path}.env`, container.env);
  yield* envFromProblems(`${path}.envFrom`, container.envFrom);
  yield* mountProblems(`${path}.volumeMounts`, container.volumeMounts, volumes);
  if (imagePullPolicy === "") yield requiredField(`${path}.imagePullPolicy`);
  else if (!pullPolicies.includes(imagePullPolicy))
    yield unsupportedField(`${path}.imagePullPolicy`, imagePullPolicy, pullPolicies);
  yield* resourceProblems(`${path}.resources`, container.resources);
}

/** An init container that runs on beside the others may be probed; one that ends may not. */
function* initProblems(path: string, container: Container): Problems {
  const { restartPolicy } = container;
  if (restartPolicy !== undefined) yield* restartPolicyProblems(path, restartPolicy, ["Always"]);
  if (restartPolicy === "Always") {
    yield* probesProblems(path, container);
    return;
  }
  for (const field of ["lifecycle", "livenessProbe", "readinessProbe", "startupProbe"] as const)
    if (container[field] !== undefined)
      yield forbiddenField(`${path}.${field}`, "may not be set for init containers without restartPolicy=Always");
}

function* restartPolicyProblems(path: string, given: string, supported: readonly string[]): Problems {
  if (!supported.includes(given)) yield unsupportedField(`${path}.restartPolicy`, given, supported);
}
