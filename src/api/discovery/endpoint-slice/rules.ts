import {
  duplicateField,
  type FieldProblem,
  invalidField,
  requiredField,
  tooManyField,
  unsupportedField,
} from "#machinery/field-problem.ts";
import { ipProblems, nonSpecialIpProblems } from "#machinery/rules/addresses.ts";
import { dnsLabelTrouble, dnsSubdomainTrouble, labelKeyTrouble } from "#machinery/rules/names.ts";
import { portNumberProblems, protocolProblems } from "#machinery/rules/ports.ts";
import { parseIp } from "#net/ip.ts";
import type { Endpoint, EndpointSlicePort } from "./endpoint.ts";

// Source: ValidateEndpointSlice in pkg/apis/discovery/validation/validation.go. Ports are held to 1..65535 here as well.

interface Subject {
  readonly addressType: string;
  readonly endpoints: readonly Endpoint[];
  readonly ports: readonly EndpointSlicePort[];
}
type Problems = Iterable<FieldProblem>;

const mostEndpoints = 1000;
const mostAddresses = 100;
const mostPorts = 20_000;
const mostHints = 8;
const addressTypes: readonly string[] = ["FQDN", "IPv4", "IPv6"];

export const endpointSliceRules: readonly ((slice: Subject) => Problems)[] = [
  addressTypeProblems,
  endpointsProblems,
  ({ ports }) => portsProblems(ports),
];

function* addressTypeProblems({ addressType }: Subject): Problems {
  if (addressType === "") yield requiredField("addressType");
  else if (!addressTypes.includes(addressType)) yield unsupportedField("addressType", addressType, addressTypes);
}

function* endpointsProblems({ endpoints, addressType }: Subject): Problems {
  if (endpoints.length > mostEndpoints) {
    yield tooManyField("endpoints", endpoints.length, mostEndpoints);
    return;
  }
  for (const [i, endpoint] of endpoints.entries()) yield* endpointProblems(`endpoints[${i}]`, endpoint, addressType);
}

function* endpointProblems(path: string, endpoint: Endpoint, addressType: string): Problems {
  const { addresses, nodeName, hostname, hints } = endpoint;
  if (addresses.length === 0) yield requiredField(`${path}.addresses`, "must contain at least 1 address");
  else if (addresses.length > mostAddresses) yield tooManyField(`${path}.addresses`, addresses.length, mostAddresses);
  for (const [i, address] of addresses.entries())
    yield* addressProblems(`${path}.addresses[${i}]`, address, addressType);
  if (nodeName !== undefined)
    for (const trouble of dnsSubdomainTrouble(nodeName)) yield invalidField(`${path}.nodeName`, nodeName, trouble);
  if (hostname !== undefined)
    for (const trouble of dnsLabelTrouble(hostname)) yield invalidField(`${path}.hostname`, hostname, trouble);
  yield* hintProblems(`${path}.hints.forZones`, hints?.forZones);
  yield* hintProblems(`${path}.hints.forNodes`, hints?.forNodes);
}

function* addressProblems(path: string, address: string, addressType: string): Problems {
  if (addressType === "FQDN") {
    const name = address.replace(/\.$/, "");
    if (!name.includes("."))
      yield invalidField(path, name, "should be a domain with at least two segments separated by dots");
    for (const trouble of dnsSubdomainTrouble(name)) yield invalidField(path, name, trouble);
  } else if (addressTypes.includes(addressType)) {
    if (parseIp(address)?.family !== addressType)
      yield invalidField(path, address, `must be a valid ${addressType} address`);
    else {
      const malformed = ipProblems(path, address);
      yield* malformed.length > 0 ? malformed : nonSpecialIpProblems(path, address);
    }
  }
}

function* hintProblems(path: string, hints: readonly { readonly name: string }[] = []): Problems {
  if (hints.length > mostHints) yield tooManyField(path, hints.length, mostHints);
  const seen = new Set<string>();
  for (const [i, { name }] of hints.entries()) {
    if (name === "") yield requiredField(`${path}[${i}].name`);
    else if (seen.has(name)) yield duplicateField(`${path}[${i}].name`, name);
    seen.add(name);
  }
}

function* portsProblems(ports: readonly EndpointSlicePort[]): Problems {
  if (ports.length > mostPorts) {
    yield tooManyField("ports", ports.length, mostPorts);
    return;
  }
  const names = new Set<string>();
  for (const [i, { name, protocol, port, appProtocol }] of ports.entries()) {
    const path = `ports[${i}]`;
    if (name !== "") for (const trouble of dnsLabelTrouble(name)) yield invalidField(`${path}.name`, name, trouble);
    if (names.has(name)) yield duplicateField(`${path}.name`, name);
    names.add(name);
    yield* protocolProblems(`${path}.protocol`, protocol);
    if (port !== undefined) yield* portNumberProblems(`${path}.port`, port);
    if (appProtocol !== undefined)
      for (const trouble of labelKeyTrouble(appProtocol))
        yield invalidField(`${path}.appProtocol`, appProtocol, trouble);
  }
}

export function* keptTypeProblems({ addressType: next }: Subject, { addressType: old }: Subject): Problems {
  if (next !== old) yield invalidField("addressType", next, "field is immutable");
}
