import type { Pod } from "#api/core/pod.ts";
import { parseIp } from "#net/ip.ts";
import type { Exposed, Place } from "./place.ts";
import { type OpenSocket, type Probe, probeKey } from "./probe.ts";
import { type Evidence, type Fix, type Hop, named, showPlace } from "./story.ts";
import { fixPod } from "./why.ts";
import type { Atlas } from "./world.ts";

interface Around {
  readonly exposed: Exposed | undefined;
  readonly atlas: Atlas;
}

/** Whether a program in the pod listens where the packet comes to. */
export function portHop(end: Place, pod: Pod, { exposed, atlas }: Around): Hop {
  const at = showPlace(end.ip, end.port, end.protocol);
  const evidence = targetEvidence(end, pod, exposed);
  const base = { kind: "port", evidence } as const;
  const probe = socketProbe(pod);
  if (probe === undefined)
    return {
      ...base,
      outcome: "unknown",
      because: "NotLookedAt",
      tells: `whether something listens on ${at} could not be seen: no container runs`,
    };
  const seen = atlas.world.seen.get(probeKey(probe));
  if (seen?.kind !== "sockets") {
    const why = seen?.kind === "unseen" ? `: ${seen.because}` : "";
    return {
      ...base,
      probe,
      outcome: "unknown",
      because: "NotLookedAt",
      tells: `whether something listens on ${at} could not be seen${why}`,
    };
  }
  if (end.protocol === "SCTP")
    return {
      ...base,
      probe,
      outcome: "unknown",
      because: "NotLookedAt",
      tells: `whether something listens on ${at} can't be seen for SCTP`,
    };
  const found = seen.open.filter((one) => one.protocol === end.protocol && one.port === end.port);
  if (found.some((one) => reaches(one, end)))
    return { ...base, probe, outcome: "passes", because: "Listens", tells: `a program listens on ${at}` };
  const open = { object: named("Pod", pod), field: "open ports", value: showOpen(seen.open) };
  const stops = { ...base, probe, outcome: "stops", evidence: [...evidence, open] } as const;
  if (found.length > 0) {
    const where = found.map(({ address }) => address).join(", ");
    const tells = `the program listens on port ${end.port} at ${where} alone, where nobody but the pod itself comes to`;
    return {
      ...stops,
      because: "LoopbackOnly",
      tells,
      fix: fixPod(pod, `spec.containers[${containerIndex(pod)}].args`, "listen on all addresses (0.0.0.0 or ::)"),
    };
  }
  const others = seen.open.filter((one) => !isLoopback(one));
  const fix = fixPort(end, others, { pod, exposed });
  const tells = `nothing listens on ${at}; ${others.length === 0 ? "the pod listens on no port" : `the pod listens on ${showOpen(others)}`}`;
  return { ...stops, because: "NothingListens", tells, ...(fix && { fix }) };
}

/** What must be known of a pod; undefined where no container of it runs. */
function socketProbe({ metadata, status }: Pod): Probe | undefined {
  const running = status.containerStatuses?.find(({ state }) => state.running !== undefined);
  if (running === undefined) return undefined;
  return { kind: "sockets", namespace: metadata.namespace ?? "", pod: metadata.name, container: running.name };
}

const isLoopback = ({ address }: OpenSocket): boolean => address.startsWith("127.") || address === "::1";

/** A socket for all IPv6 addresses takes IPv4 too, unless it says otherwise, which can't be seen from here. */
function reaches({ address }: OpenSocket, { ip }: Place): boolean {
  if (address === ip.text || address === "::") return true;
  return address === "0.0.0.0" && ip.family === "IPv4";
}

const showOpen = (open: readonly OpenSocket[]): string =>
  [
    ...new Set(
      open.map(
        (one) =>
          `${isLoopback(one) ? `${parseIp(one.address)?.family === "IPv6" ? "[::1]" : one.address}:` : ""}${one.port}${one.protocol === "TCP" ? "" : `/${one.protocol}`}`,
      ),
    ),
  ]
    .toSorted((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10))
    .join(", ") || "none";

const containerIndex = (pod: Pod): number =>
  Math.max(
    0,
    pod.spec.containers.findIndex(({ ports = [] }) => ports.length > 0),
  );

/** The port of the Service that led here, with its path. */
function servicePortOf(exposed: Exposed | undefined) {
  if (exposed?.owner.kind !== "Service" || exposed.owner.port === undefined) return undefined;
  const { service, port } = exposed.owner;
  return { object: exposed.object, path: `spec.ports[${(service.spec.ports ?? []).indexOf(port)}]`, port };
}

/** The Service port that led here, and what the pod has declared. */
function targetEvidence({ port, protocol }: Place, pod: Pod, exposed: Exposed | undefined): readonly Evidence[] {
  const evidence: Evidence[] = [];
  const servicePort = servicePortOf(exposed);
  if (servicePort !== undefined) {
    const { object, path, port: own } = servicePort;
    evidence.push({ object, field: `${path}.targetPort`, value: `${own.targetPort ?? own.port}` });
  }
  const declared = pod.spec.containers.flatMap(({ ports = [] }, i) =>
    ports.map((one, k) => ({ one, path: `spec.containers[${i}].ports[${k}].containerPort` })),
  );
  const found = declared.find(({ one }) => one.containerPort === port && one.protocol === protocol);
  if (found !== undefined) evidence.push({ object: named("Pod", pod), field: found.path, value: `${port}` });
  return evidence;
}

/** Which field leads to a port that the pod does listen on. */
function fixPort(
  end: Place,
  open: readonly OpenSocket[],
  { pod, exposed }: { readonly pod: Pod; readonly exposed: Exposed | undefined },
): Fix | undefined {
  const samePort = open.find((one) => one.port === end.port);
  const fitting = open.filter((one) => one.protocol === end.protocol);
  const declared = new Set(
    pod.spec.containers.flatMap(({ ports = [] }) => ports.map(({ containerPort }) => containerPort)),
  );
  const meant = fitting.find((one) => declared.has(one.port)) ?? (fitting.length === 1 ? fitting[0] : undefined);
  const change = meant === undefined ? fitting.map(({ port }) => port).join(" or ") : `${meant.port}`;
  const servicePort = servicePortOf(exposed);
  if (servicePort === undefined) return change === "" ? undefined : { object: "the target", field: "port", change };
  const { object, path, port } = servicePort;
  if (samePort !== undefined) return { object, field: `${path}.protocol`, change: samePort.protocol };
  if (change === "") return fixPod(pod, `spec.containers[${containerIndex(pod)}].args`, `listen on port ${end.port}`);
  const byName = port.targetPort;
  if (typeof byName === "string") {
    const at = pod.spec.containers.flatMap(({ ports = [] }, i) =>
      ports.flatMap(({ name }, k) => (name === byName ? `spec.containers[${i}].ports[${k}].containerPort` : [])),
    )[0];
    if (at !== undefined) return fixPod(pod, at, change);
  }
  return { object, field: `${path}.targetPort`, change };
}
