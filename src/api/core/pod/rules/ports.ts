import { duplicateField, type FieldProblem, invalidField, requiredField } from "#machinery/field-problem.ts";
import { ipProblems } from "#machinery/rules/addresses.ts";
import { portNameTrouble } from "#machinery/rules/names.ts";
import { portNumberProblems, protocolProblems } from "#machinery/rules/ports.ts";
import type { Container, ContainerPort } from "../container.ts";

// Source: validateContainerPorts and checkHostPortConflicts in pkg/apis/core/validation/validation.go.

type Problems = Iterable<FieldProblem>;

export function* containerPortProblems(path: string, ports: readonly ContainerPort[] = []): Problems {
  const names = new Set<string>();
  for (const [i, { name, containerPort, hostPort, protocol, hostIP }] of ports.entries()) {
    const at = `${path}[${i}]`;
    if (name !== undefined) {
      const troubles = portNameTrouble(name);
      for (const trouble of troubles) yield invalidField(`${at}.name`, name, trouble);
      if (troubles.length === 0 && names.has(name)) yield duplicateField(`${at}.name`, name);
      names.add(name);
    }
    if (containerPort === 0) yield requiredField(`${at}.containerPort`);
    else yield* portNumberProblems(`${at}.containerPort`, containerPort);
    if (hostPort !== undefined) yield* portNumberProblems(`${at}.hostPort`, hostPort);
    yield* protocolProblems(`${at}.protocol`, protocol);
    if (hostIP !== undefined) yield* ipProblems(`${at}.hostIP`, hostIP);
  }
}

/** Two containers of a pod can't have the same port of the node. */
export function* hostPortProblems(path: string, containers: readonly Container[]): Problems {
  const taken = new Set<string>();
  for (const [i, { ports = [] }] of containers.entries())
    for (const [j, { protocol, hostIP = "", hostPort }] of ports.entries()) {
      if (hostPort === undefined) continue;
      const key = `${protocol}/${hostIP}/${hostPort}`;
      if (taken.has(key)) yield duplicateField(`${path}[${i}].ports[${j}].hostPort`, key);
      taken.add(key);
    }
}

/** On the node's own network a port is itself, or nothing. */
export function* hostNetworkProblems(path: string, containers: readonly Container[]): Problems {
  for (const [i, { ports = [] }] of containers.entries())
    for (const [j, { containerPort, hostPort }] of ports.entries())
      if ((hostPort ?? 0) !== containerPort)
        yield invalidField(
          `${path}[${i}].ports[${j}].containerPort`,
          containerPort,
          "must match `hostPort` when `hostNetwork` is true",
        );
}
