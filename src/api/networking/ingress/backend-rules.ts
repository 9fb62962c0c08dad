import { type FieldProblem, invalidField, requiredField } from "#machinery/field-problem.ts";
import {
  dns1035LabelTrouble,
  dnsSubdomainTrouble,
  pathSegmentTrouble,
  portNameTrouble,
} from "#machinery/rules/names.ts";
import { portNumberProblems } from "#machinery/rules/ports.ts";
import type { TypedLocalObjectReference } from "../../core/references.ts";
import type { IngressBackend, IngressServiceBackend } from "./spec.ts";

// Source: validateIngressBackend in pkg/apis/networking/validation/validation.go.

type Problems = Iterable<FieldProblem>;

export function* backendProblems(path: string, { resource, service }: IngressBackend): Problems {
  if (resource !== undefined && service !== undefined)
    yield invalidField(path, "", "cannot set both resource and service backends");
  else if (resource !== undefined) yield* referenceProblems(`${path}.resource`, resource);
  else if (service !== undefined) yield* serviceProblems(path, service);
  else yield invalidField(path, "", "resource or service backend is required");
}

function* serviceProblems(path: string, { name, port }: IngressServiceBackend): Problems {
  if (name === "") yield requiredField(`${path}.service.name`);
  else for (const trouble of dns1035LabelTrouble(name)) yield invalidField(`${path}.service.name`, name, trouble);
  if (port.name !== undefined && port.number !== undefined)
    yield invalidField(path, "", "cannot set both port name & port number");
  else if (port.name !== undefined)
    for (const trouble of portNameTrouble(port.name))
      yield invalidField(`${path}.service.port.name`, port.name, trouble);
  else if (port.number !== undefined) yield* portNumberProblems(`${path}.service.port.number`, port.number);
  else yield requiredField(path, "port name or number is required");
}

/** What names an object of any kind. Source: validateIngressTypedLocalObjectReference. */
export function* referenceProblems(
  path: string,
  { apiGroup, kind, name }: Pick<TypedLocalObjectReference, "apiGroup" | "kind" | "name">,
): Problems {
  if (apiGroup !== undefined)
    for (const trouble of dnsSubdomainTrouble(apiGroup)) yield invalidField(`${path}.apiGroup`, apiGroup, trouble);
  yield* segmentProblems(`${path}.kind`, kind);
  yield* segmentProblems(`${path}.name`, name);
}

/** What must be there, and can stand in a path. */
export function* segmentProblems(path: string, value: string): Problems {
  if (value === "") yield requiredField(path);
  else for (const trouble of pathSegmentTrouble(value)) yield invalidField(path, value, trouble);
}
