import { type FieldProblem, invalidField, requiredField, tooManyField } from "#machinery/field-problem.ts";
import { ipProblems, nonSpecialIpProblems } from "#machinery/rules/addresses.ts";
import { dnsLabelTrouble, dnsSubdomainTrouble } from "#machinery/rules/names.ts";
import { portNumberProblems, protocolProblems } from "#machinery/rules/ports.ts";
import type { EndpointAddress, EndpointSubset, EndpointsPort } from "./subset.ts";

// Source: validateEndpointSubsets in pkg/apis/core/validation/validation.go.

/** Of a subset: as many as a mirrored slice holds, so that none is left out there. */
const mostAddresses = 1000;

interface Subject {
  readonly subsets?: readonly EndpointSubset[];
}
type Problems = Iterable<FieldProblem>;

export function* endpointsProblems({ subsets = [] }: Subject): Problems {
  for (const [i, { addresses = [], notReadyAddresses = [], ports = [] }] of subsets.entries()) {
    const path = `subsets[${i}]`;
    const count = addresses.length + notReadyAddresses.length;
    if (count > mostAddresses) {
      yield tooManyField(path, count, mostAddresses);
      return;
    }
    if (count === 0) yield requiredField(path, "must specify `addresses` or `notReadyAddresses`");
    for (const [j, address] of addresses.entries()) yield* addressProblems(`${path}.addresses[${j}]`, address);
    for (const [j, address] of notReadyAddresses.entries())
      yield* addressProblems(`${path}.notReadyAddresses[${j}]`, address);
    for (const [j, port] of ports.entries()) yield* portProblems(`${path}.ports[${j}]`, port, ports.length > 1);
  }
}

function* addressProblems(path: string, { ip, hostname, nodeName }: EndpointAddress): Problems {
  const malformed = ipProblems(`${path}.ip`, ip);
  yield* malformed;
  if (hostname !== undefined)
    for (const trouble of dnsLabelTrouble(hostname)) yield invalidField(`${path}.hostname`, hostname, trouble);
  if (nodeName !== undefined)
    for (const trouble of dnsSubdomainTrouble(nodeName)) yield invalidField(`${path}.nodeName`, nodeName, trouble);
  if (malformed.length === 0) yield* nonSpecialIpProblems(`${path}.ip`, ip);
}

function* portProblems(path: string, { name, port, protocol }: EndpointsPort, isNamed: boolean): Problems {
  if (name !== undefined)
    for (const trouble of dnsLabelTrouble(name)) yield invalidField(`${path}.name`, name, trouble);
  else if (isNamed) yield requiredField(`${path}.name`);
  yield* portNumberProblems(`${path}.port`, port);
  yield* protocolProblems(`${path}.protocol`, protocol);
}
