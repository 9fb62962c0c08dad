import type { Pod } from "#api/core/pod.ts";
import type { Service, ServicePort } from "#api/core/service.ts";
import { serviceNameLabel } from "#api/discovery/endpoint-slice/labels.ts";
import type { EndpointSlice } from "#api/discovery/endpoint-slice.ts";
import { portsAt, selects } from "../workloads/service-pods.ts";
import { nearMiss } from "./near-miss.ts";
import { podTrouble } from "./pod-trouble.ts";
import { type Evidence, named } from "./story.ts";
import { showLabels, type Why } from "./why.ts";
import { type Atlas, keyOf } from "./world.ts";

/** Why no endpoint of a Service receives what comes to that port; `port` undefined where the Service has none. */
export function whyNobody(service: Service, port: ServicePort | undefined, atlas: Atlas): Why {
  const slices = atlas.slicesOf(keyOf(service));
  const unread = atlas.world.unread.get("endpointslices");
  if (unread !== undefined)
    return { because: "NotReadable", tells: "its endpoints can't be read", evidence: [{ seen: unread }] };
  const selector = service.spec.selector ?? {};
  if (Object.keys(selector).length === 0) return withoutSelector(service, port, { slices, atlas });
  const podsUnread = atlas.world.unread.get("pods");
  if (podsUnread !== undefined)
    return {
      because: "NoEndpoints",
      tells: "no endpoint is ready, and its pods can't be read",
      evidence: [{ seen: podsUnread }],
    };
  const selected = atlas.world.pods.filter((pod) => selects(service, pod));
  if (selected.length === 0) return nearMiss(service, atlas);
  return selectedPods(service, port, selected);
}

const mostShown = 3;

function selectedPods(service: Service, port: ServicePort | undefined, selected: readonly Pod[]): Why {
  const selector: Evidence = {
    object: named("Service", service),
    field: "spec.selector",
    value: showLabels(service.spec.selector ?? {}),
  };
  const running = selected.filter(({ status }) => status.phase !== "Failed" && status.phase !== "Succeeded");
  const withPort = running.filter(
    (pod) => port === undefined || portsAt(service, pod).some(({ name }) => name === (port.name ?? "")),
  );
  const [first] = running;
  if (port !== undefined && first !== undefined && withPort.length === 0) return portMissing(service, port, first);
  const troubles = (running.length > 0 ? running : selected).map(podTrouble).filter((one) => one !== undefined);
  const [worst] = troubles;
  if (worst === undefined) {
    const tells = "its pods are ready, but no EndpointSlice says so: is the controller of EndpointSlices running?";
    return { because: "EndpointsBehind", tells, evidence: [selector] };
  }
  const evidence = [selector, ...troubles.slice(0, mostShown).flatMap((one) => one.evidence)];
  const tells = selected.length === 1 ? worst.tells : `none of its ${selected.length} pods is ready: ${worst.tells}`;
  return { ...worst, tells, evidence };
}

/** A named target port that the pods don't have. */
function portMissing(service: Service, port: ServicePort, pod: Pod): Why {
  const index = (service.spec.ports ?? []).indexOf(port);
  const object = named("Service", service);
  const field = `spec.ports[${index}].targetPort`;
  const containerPorts = pod.spec.containers.flatMap(({ ports = [] }) => ports);
  const sameName = containerPorts.find(({ name }) => name === port.targetPort);
  const has = containerPorts.map(
    ({ name, containerPort, protocol }) => `${name ?? "(unnamed)"} ${containerPort}/${protocol}`,
  );
  const evidence: readonly Evidence[] = [
    { object, field, value: `${port.targetPort}` },
    { object: named("Pod", pod), field: "spec.containers[*].ports", value: has.join(", ") || "none" },
  ];
  if (sameName !== undefined) {
    const tells = `target port ${port.targetPort} is ${sameName.protocol} in the pods, and ${port.protocol} in the Service`;
    return {
      because: "TargetPortMissing",
      tells,
      evidence,
      fix: { object, field: `spec.ports[${index}].protocol`, change: sameName.protocol },
    };
  }
  const fitting = containerPorts.filter(({ protocol }) => protocol === port.protocol);
  const meant = fitting.find(({ containerPort }) => containerPort === port.port) ?? fitting[0];
  const change =
    meant === undefined ? "a number, or the name of a container's port" : `${meant.name ?? meant.containerPort}`;
  const tells = `its pods have no port named ${port.targetPort}`;
  return { because: "TargetPortMissing", tells, evidence, fix: { object, field, change } };
}

interface Slices {
  readonly slices: readonly EndpointSlice[];
  readonly atlas: Atlas;
}

function withoutSelector(service: Service, port: ServicePort | undefined, { slices, atlas }: Slices): Why {
  const evidence: readonly Evidence[] = [{ object: named("Service", service), field: "spec.selector", value: "none" }];
  const [first] = slices;
  if (first === undefined) return withoutSlices(service, evidence, atlas);
  const names = slices.flatMap(({ ports }) => ports.map((one) => one.name));
  if (port !== undefined && !names.includes(port.name ?? "")) return slicePortMissing(port, first, { names, evidence });
  const shown = slices.flatMap((slice) =>
    slice.endpoints.slice(0, mostShown).map(({ addresses, conditions }, i) => ({
      object: named("EndpointSlice", slice),
      field: `endpoints[${i}].conditions`,
      value: `${addresses[0]} ready=${conditions.ready ?? true}`,
    })),
  );
  return {
    because: shown.length === 0 ? "NoEndpoints" : "NoReadyEndpoints",
    tells: "none of its endpoints is ready",
    evidence: [...evidence, ...shown],
  };
}

function withoutSlices(service: Service, evidence: readonly Evidence[], atlas: Atlas): Why {
  const { namespace, name } = service.metadata;
  const unlabelled = atlas.world.slices.find(
    ({ metadata }) => metadata.namespace === namespace && metadata.name.startsWith(name),
  );
  if (unlabelled !== undefined) {
    const object = named("EndpointSlice", unlabelled);
    const tells = `${object} is not labelled as its own`;
    const fix = { object, field: `metadata.labels.${serviceNameLabel}`, change: name };
    return { because: "NoSelector", tells, evidence, fix };
  }
  return {
    because: "NoSelector",
    tells: "it has no selector, and no EndpointSlice is labelled as its own",
    evidence,
    fix: {
      object: named("Service", service),
      field: "spec.selector",
      change: `labels of its pods; or make an EndpointSlice with ${serviceNameLabel}: ${name}`,
    },
  };
}

function slicePortMissing(
  port: ServicePort,
  first: EndpointSlice,
  { names, evidence }: { readonly names: readonly (string | undefined)[]; readonly evidence: readonly Evidence[] },
): Why {
  const slice = named("EndpointSlice", first);
  const wanted = JSON.stringify(port.name ?? "");
  const value = names.map((one) => JSON.stringify(one)).join(", ") || "none";
  return {
    because: "SlicePortMissing",
    tells: `its EndpointSlices have no port named ${wanted}`,
    evidence: [...evidence, { object: slice, field: "ports[*].name", value }],
    fix: { object: slice, field: "ports[0].name", change: wanted },
  };
}
