import type { Landing, Place } from "../place.ts";
import { podHops } from "../pod-hops.ts";
import type { Hop } from "../story.ts";
import type { Atlas } from "../world.ts";
import { backendStory } from "./backend-hop.ts";
import { isController } from "./entrance.ts";
import type { IngressStory } from "./ingress-hops.ts";
import { objectOf } from "./route-words.ts";
import type { Routing } from "./routing.ts";

interface Asking {
  readonly landing: Landing;
  readonly atlas: Atlas;
  readonly routing: Routing;
}

/** So many endpoints are looked at one by one. */
const mostEnds = 3;

/** A port of the controller whose connections go to a Service's pods as they are; `end`: where the controller's own pod takes them. */
export function streamStory(end: Place, { landing, atlas, routing }: Asking): IngressStory | undefined {
  const owner = landing.kind === "frontend" ? landing.at.owner : undefined;
  if (owner?.kind !== "Service" || !isController(owner.service, routing.addresses())) return undefined;
  const stream = routing.table.streams.find(({ port, protocol }) => port === end.port && protocol === end.protocol);
  if (stream === undefined || stream.protocol !== "TCP") return undefined;
  const { origin } = stream;
  const listener: Hop = {
    kind: "listener",
    outcome: "passes",
    because: "ListenerTakes",
    tells: `port ${stream.port} is where the ingress controller takes connections for ${stream.backend}`,
    evidence: [{ object: objectOf(origin), field: origin.field, value: stream.backend }],
  };
  const node = atlas.podAt(end.ip)?.spec.nodeName;
  const { hop, ends, exposed } = backendStory(stream.backend, "", { atlas, routing, origin });
  const pods = ends
    .slice(0, mostEnds)
    .flatMap((place) => podHops(place, { node, exposed: node === undefined ? undefined : exposed(node) }, atlas));
  return { hops: [listener, hop, ...pods], warnings: [], status: undefined, refusals: [] };
}
