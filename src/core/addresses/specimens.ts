/** Services and clusters for the tests of this room. */
import { type Service, services } from "#api/core/service.ts";
import { readObject } from "#machinery/decode.ts";
import { messageOf } from "#machinery/field-problem.ts";
import { isJsonObject } from "#machinery/json.ts";
import { mustCidr } from "#net/cidr.ts";
import { assign } from "./assign.ts";
import { pluralAddresses } from "./carry-over.ts";
import type { Facts } from "./taken.ts";

export type Spec = Readonly<Record<string, unknown>>;
/** As the server would have read it, before it gets what it asks for. Throws TypeError for what is none. */
export function service(spec: Spec): Service {
  const read = readObject(services, { metadata: { name: "web", namespace: "default" }, spec });
  if (read.kind === "mismatch" || !isService(read.object)) throw new TypeError(JSON.stringify(read));
  return pluralAddresses(services.derive(read.object));
}
const isService = (value: unknown): value is Service => isJsonObject(value) && isJsonObject(value.spec);

export interface Cluster {
  readonly ranges?: readonly string[];
  readonly further?: readonly string[];
  readonly nodePorts?: Facts["nodePorts"];
  readonly addresses?: readonly string[];
  readonly ports?: readonly number[];
  readonly random?: Facts["random"];
}
export const facts = ({
  ranges = ["10.96.0.0/12"],
  further = [],
  nodePorts,
  addresses = [],
  ports = [],
  random = () => 0,
}: Cluster): Facts => ({
  ranges: ranges.map(mustCidr),
  further: further.map(mustCidr),
  nodePorts: nodePorts ?? { first: 30_000, last: 32_767 },
  isAddressTaken: (address) => addresses.includes(address),
  isPortTaken: (port) => ports.includes(port),
  random,
});

const showAddresses = (one: string | undefined, all: readonly string[] | undefined): string =>
  one === all?.[0] ? (all?.join(",") ?? "-") : `${one} but ${all}`;

/** What an assignment comes to, in a line. */
export function outcome(next: Service, old: Service | undefined, cluster: Cluster): string {
  const result = assign(next, old, facts(cluster));
  switch (result.kind) {
    case "refused":
      return result.problems.map(messageOf).join("; ");
    case "exhausted":
      return result.message;
    case "assigned": {
      const {
        clusterIP,
        clusterIPs,
        ipFamilies,
        ipFamilyPolicy,
        healthCheckNodePort,
        ports = [],
      } = result.service.spec;
      const nodePorts = ports.map(({ nodePort }) => nodePort ?? "-").join(",");
      const parts = [
        showAddresses(clusterIP, clusterIPs),
        ipFamilies?.join(",") ?? "-",
        ipFamilyPolicy ?? "-",
        nodePorts,
      ];
      return [...parts, ...(healthCheckNodePort === undefined ? [] : [`check ${healthCheckNodePort}`])].join(" ");
    }
  }
}

export const http = { port: 80 };
export const dual = ["10.96.0.0/12", "fd00:1::/112"];
