import type { IpFamily } from "#net/ip.ts";
import { type Protocol, wireName } from "#net/port.ts";
import type { Endpoint, Frontend, Pool } from "../../services/service-map.ts";

/** SHA-256 of a text's bytes. */
export type Sha256 = (text: string) => Uint8Array;

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** The first 16 letters of base32 (RFC 4648) of the text's hash: what ends the names of Kubernetes' chains. */
export function chainHash(text: string, sha256: Sha256): string {
  // Ten bytes are sixteen letters of five bits.
  const bits = sha256(text)
    .slice(0, 10)
    .reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  return Array.from({ length: 16 }, (_, i) => alphabet[Number((bits >> BigInt(75 - 5 * i)) & 31n)]).join("");
}

/** A Service's port as kube-proxy names it in comments and hashes: `default/nginx-svc:http`, or without `:http` where it has no name. */
export const portNameOf = ({ id }: Pick<Frontend, "id">): string => id.split("/").slice(0, 2).join("/");

/** What chains are made for: a port of a Service, or one that a pod has on its node. */
export interface NamedPort {
  readonly portName: string;
  readonly protocol: Protocol;
  readonly of: "service" | "pod";
}

/**
 * Names as kube-proxy makes them (pkg/proxy/iptables servicePortPolicyClusterChain and its neighbours), so that people find what
 * they know: `KUBE-SVC-` leads to endpoints of the whole cluster, `KUBE-SVL-` to those of this node, `KUBE-EXT-` is where traffic
 * from outside comes in, `KUBE-FW-` where source ranges are seen to, `KUBE-SEP-` is one endpoint. `KUBE-HP-` is the way to a pod's
 * host port, as the kubelet once named it.
 */
export class ChainNames {
  readonly #sha256: Sha256;
  constructor(sha256: Sha256) {
    this.#sha256 = sha256;
  }

  pool(port: NamedPort, scope: Pool["scope"]): string {
    return `${scope === "cluster" ? "KUBE-SVC-" : "KUBE-SVL-"}${this.#hash(port)}`;
  }

  /** `way` tells chains of one port apart that differ, which kube-proxy knows none of. */
  external(port: NamedPort, way = ""): string {
    return `${port.of === "pod" ? "KUBE-HP-" : "KUBE-EXT-"}${this.#hash(port, way)}`;
  }

  firewall(port: NamedPort): string {
    return `KUBE-FW-${this.#hash(port)}`;
  }

  endpoint(port: NamedPort, endpoint: Endpoint): string {
    return `KUBE-SEP-${this.#hash(port, showEndpoint(endpoint))}`;
  }

  // A pod may have the name of a Service: its chains must not be the same ones.
  #hash({ portName, protocol, of }: NamedPort, more = ""): string {
    return chainHash(`${of === "pod" ? "hostport " : ""}${portName}${wireName(protocol)}${more}`, this.#sha256);
  }
}

export const showEndpoint = ({ ip, port }: Pick<Endpoint, "ip" | "port">): string => showTarget(ip, port);
export const showTarget = ({ family, text }: { readonly family: IpFamily; readonly text: string }, port: number) =>
  family === "IPv4" ? `${text}:${port}` : `[${text}]:${port}`;
