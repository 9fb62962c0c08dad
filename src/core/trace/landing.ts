import type { ServicePort } from "#api/core/service.ts";
import type { Frontend } from "../services/service-map.ts";
import type { Client } from "./client.ts";
import { whyNotHere } from "./not-here.ts";
import type { Exposed, Landing, Owner, Place } from "./place.ts";
import { type Evidence, named, showPlace } from "./story.ts";
import { wayOut } from "./way-out.ts";
import { type Atlas, podIPs } from "./world.ts";

export function landingOf(place: Place, client: Client, atlas: Atlas): Landing {
  const node = rulesNode(place, client, atlas);
  const exposed = node === undefined ? undefined : exposedAt(place, node, atlas);
  if (exposed !== undefined) return frontendLanding(place, exposed, { client, atlas });
  const pod = atlas.podAt(place.ip);
  if (pod !== undefined) {
    const evidence = [
      {
        object: named("Pod", pod),
        field: "status.podIPs",
        value: podIPs(pod)
          .map(({ text }) => text)
          .join(", "),
      },
    ];
    const tells = `${place.ip.text} is ${named("pod", pod)}`;
    if (client.stands !== "outside")
      return {
        kind: "direct",
        node,
        hop: { kind: "address", outcome: "passes", because: "AddressOfPod", tells, evidence },
      };
    const change = "a Service of type NodePort or LoadBalancer for it; or kubectl port-forward";
    const fix = { object: named("Pod", pod), field: "metadata.labels", change };
    return {
      kind: "stops",
      hop: {
        kind: "address",
        outcome: "stops",
        because: "InsideOnly",
        tells: `${tells}; outside the cluster no route leads there`,
        evidence,
        fix,
      },
    };
  }
  return whyNotHere(place, node, { client, atlas });
}

/**
 * The node whose rules decide. A node's own address is translated by that node alone; every other address of a Service by the first
 * node that the packet comes to. From outside that may be any node: one that has an answer, where there is one.
 */
function rulesNode(place: Place, client: Client, atlas: Atlas): string | undefined {
  if (client.stands === "atNode") return client.node;
  const owner = atlas.nodeAt(place.ip)?.metadata.name;
  if (owner !== undefined || client.node !== undefined) return owner ?? client.node;
  const announcer = atlas.world.announced.get(place.ip.text);
  if (announcer !== undefined && atlas.node(announcer) !== undefined) return announcer;
  const names = atlas.world.nodes.map(({ metadata }) => metadata.name);
  const forwards = (name: string): boolean => {
    const found = exposedAt(place, name, atlas);
    return found?.frontend.cases.some(({ from, verdict }) => from === "outside" && verdict.kind === "forward") ?? false;
  };
  return names.find(forwards) ?? names[0];
}

/** The frontend that has that address and port on a node: the oldest Service's, where several claim it. */
function exposedAt({ ip, port, protocol }: Place, node: string, atlas: Atlas): Exposed | undefined {
  const isNodes = atlas.servesNodePorts(ip, node);
  const claims = atlas
    .entriesAt(ip, node)
    .flatMap((entry) =>
      entry.frontends
        .filter(
          (one) =>
            one.port === port &&
            one.protocol === protocol &&
            one.family === ip.family &&
            (one.at === "NodeAddresses" ? isNodes : one.at.some(({ text }) => text === ip.text)),
        )
        .map((frontend) => ({ entry, frontend })),
    );
  const [first] = claims.toSorted((a, b) => (a.entry.seniority < b.entry.seniority ? -1 : 1));
  const owner = first && ownerOf(first.entry.name, first.frontend, atlas);
  if (first === undefined || owner === undefined) return undefined;
  const object = owner.kind === "Pod" ? named("Pod", owner.pod) : named("Service", owner.service);
  return { owner, object, entry: first.entry, frontend: first.frontend, node };
}

function ownerOf(name: string, { via, port, protocol }: Frontend, atlas: Atlas): Owner | undefined {
  const pod = atlas.podOfEntry(name);
  if (pod !== undefined) return { kind: "Pod", pod };
  const service = atlas.service(name);
  if (service === undefined) return undefined;
  const number = (one: ServicePort): number | undefined => (via === "NodePort" ? one.nodePort : one.port);
  const found = service.spec.ports?.find((one) => one.protocol === protocol && number(one) === port);
  return { kind: "Service", service, port: found };
}

const viaWords: Readonly<
  Record<Frontend["via"], { readonly words: string; readonly field: string; readonly onNode: boolean }>
> = {
  ClusterIP: { words: "the ClusterIP", field: "spec.clusterIPs", onNode: false },
  NodePort: { words: "a node port", field: "spec.ports[*].nodePort", onNode: true },
  ExternalIP: { words: "an external IP", field: "spec.externalIPs", onNode: false },
  LoadBalancer: { words: "the load-balancer address", field: "status.loadBalancer.ingress", onNode: false },
  HostPort: { words: "a host port", field: "spec.containers[*].ports[*].hostPort", onNode: true },
};

function frontendLanding(
  place: Place,
  at: Exposed,
  { client, atlas }: { readonly client: Client; readonly atlas: Atlas },
): Landing {
  const { owner, object, frontend, node } = at;
  const { words, onNode } = viaWords[frontend.via];
  const port = owner.kind === "Service" ? owner.port : undefined;
  const portName = port?.name === undefined || port.name === "" ? "" : `, port ${port.name}`;
  const where = onNode ? ` on node ${node}` : "";
  const tells = `${showPlace(place.ip, place.port, place.protocol)} is ${words} of ${object}${portName}${where}`;
  const announced = client.stands === "outside" && atlas.world.announced.get(place.ip.text) === node;
  const evidence: Evidence[] = [...fieldsOf(place, at)];
  if (announced) evidence.push({ object: `Node ${node}`, field: "announces", value: place.ip.text });
  const base = { kind: "address", tells, evidence } as const;
  if (owner.kind === "Service" && frontend.via === "ClusterIP" && client.stands === "outside") {
    const outside = `${tells}; outside the cluster no route leads there`;
    const fix = wayOut(owner.service, atlas);
    return { kind: "stops", hop: { ...base, outcome: "stops", because: "InsideOnly", tells: outside, fix } };
  }
  return { kind: "frontend", at, hop: { ...base, outcome: "passes", because: "AddressOfService" } };
}

/** The fields that say so. */
function fieldsOf({ ip, port }: Place, { owner, object, frontend }: Exposed): readonly Evidence[] {
  if (owner.kind === "Pod") return [{ object, field: "spec.containers[*].ports[*].hostPort", value: `${port}` }];
  const index = owner.port === undefined ? -1 : (owner.service.spec.ports ?? []).indexOf(owner.port);
  if (frontend.via === "NodePort") return [{ object, field: `spec.ports[${index}].nodePort`, value: `${port}` }];
  return [
    { object, field: viaWords[frontend.via].field, value: ip.text },
    { object, field: `spec.ports[${index}].port`, value: `${port}` },
  ];
}
