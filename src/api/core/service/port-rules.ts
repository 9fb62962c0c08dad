import {
  duplicateField,
  type FieldProblem,
  forbiddenField,
  invalidField,
  requiredField,
} from "#machinery/field-problem.ts";
import { dnsLabelTrouble, labelKeyTrouble } from "#machinery/rules/names.ts";
import { portNumberProblems, portProblems, protocolProblems } from "#machinery/rules/ports.ts";
import type { ServicePort, ServiceSpec } from "./spec.ts";

// Source: validateServicePort and the paragraphs on duplicates of ValidateService.

type Problems = Iterable<FieldProblem>;

export function* portsProblems({ spec }: { readonly spec: ServiceSpec }): Problems {
  const { ports = [], type } = spec;
  const names = new Set<string>();
  for (const [i, port] of ports.entries()) {
    yield* nameProblems(`spec.ports[${i}].name`, port.name, { names, isNeeded: ports.length > 1 });
    yield* onePortProblems(`spec.ports[${i}]`, port);
  }
  if (type === "ClusterIP") yield* strayNodePorts(ports);
  yield* twiceTheSame(ports);
}

function* nameProblems(
  path: string,
  name: string | undefined,
  { names, isNeeded }: { readonly names: Set<string>; readonly isNeeded: boolean },
): Problems {
  if (name === undefined) {
    if (isNeeded) yield requiredField(path);
    return;
  }
  for (const trouble of dnsLabelTrouble(name)) yield invalidField(path, name, trouble);
  if (names.has(name)) yield duplicateField(path, name);
  names.add(name);
}

function* onePortProblems(path: string, { port, protocol, targetPort = 0, appProtocol }: ServicePort): Problems {
  yield* portNumberProblems(`${path}.port`, port);
  yield* protocolProblems(`${path}.protocol`, protocol);
  yield* portProblems(`${path}.targetPort`, targetPort);
  if (appProtocol !== undefined)
    for (const trouble of labelKeyTrouble(appProtocol)) yield invalidField(`${path}.appProtocol`, appProtocol, trouble);
}

function* strayNodePorts(ports: readonly ServicePort[]): Problems {
  for (const [i, { nodePort }] of ports.entries())
    if (nodePort !== undefined)
      yield forbiddenField(`spec.ports[${i}].nodePort`, "may not be used when `type` is 'ClusterIP'");
}

function* twiceTheSame(ports: readonly ServicePort[]): Problems {
  const nodePorts = new Set<string>();
  for (const [i, { protocol, nodePort }] of ports.entries()) {
    if (nodePort === undefined) continue;
    if (nodePorts.has(`${nodePort}/${protocol}`)) yield duplicateField(`spec.ports[${i}].nodePort`, nodePort);
    nodePorts.add(`${nodePort}/${protocol}`);
  }
  const seen = new Set<string>();
  for (const [i, { protocol, port }] of ports.entries()) {
    if (seen.has(`${port}/${protocol}`)) yield duplicateField(`spec.ports[${i}]`, { protocol, port });
    seen.add(`${port}/${protocol}`);
  }
}
