import type { Ip } from "#net/ip.ts";
import type { Protocol } from "#net/port.ts";
import type { Reason } from "../reasons.ts";
import type { Probe } from "./probe.ts";

/** How a target is reached, or where that ends. */
export interface Story {
  readonly target: string;
  readonly from: string;
  /** `stops` where one of the hops stops; `unknown` where a hop that decides could not be looked at. */
  readonly outcome: Outcome;
  readonly hops: readonly Hop[];
  /** What the client does not need, but whoever asks may stumble over. */
  readonly warnings: readonly string[];
  /** What the rules do with the packet; undefined where it never meets them. */
  readonly fate: Fate | undefined;
}

export type Outcome = "passes" | "stops" | "unknown";

/** Where a packet ends: at one of several places, each as likely as the other, or nowhere. */
export type Fate = { readonly kind: "passes"; readonly ends: readonly End[] } | { readonly kind: "reject" | "drop" };

export interface End {
  readonly ip: Ip;
  readonly port: number;
  readonly protocol: Protocol;
  /** The receiver sees the node's address instead of the client's. */
  readonly masqueraded: boolean;
}

/** What a hop is about, in the order in which a packet meets them. */
export type HopKind =
  | "client"
  | "name"
  | "address"
  | "source"
  | "endpoints"
  | "rules"
  | "route"
  | "pod"
  | "port"
  | "listener"
  | "tls"
  | "rule"
  | "filter"
  | "backend"
  | "answer";

/** One step on the way, with what shows that it is so. */
export interface Hop {
  readonly kind: HopKind;
  readonly outcome: Outcome;
  readonly because: Reason;
  /** The step in one line. */
  readonly tells: string;
  readonly evidence: readonly Evidence[];
  /** What can be looked at to know more; who looks asks for the story again with what was seen. */
  readonly probe?: Probe;
  /** What to change where it stops. */
  readonly fix?: Fix;
}

/** A field of an object, a rule that a node has, or what was seen just now. */
export type Evidence =
  | { readonly object: string; readonly field: string; readonly value: string }
  | { readonly node: string; readonly chain: string; readonly rule: string }
  | { readonly seen: string };

/** `object`: `Service default/web`; `field`: `spec.ports[0].targetPort`; `change`: what it should be. */
export interface Fix {
  readonly object: string;
  readonly field: string;
  readonly change: string;
}

/** How an object is called in a story: `Service default/web`. */
export const named = (
  kind: string,
  { metadata }: { readonly metadata: { readonly namespace?: string; readonly name: string } },
): string =>
  `${kind} ${metadata.namespace === undefined || metadata.namespace === "" ? "" : `${metadata.namespace}/`}${metadata.name}`;

/** `10.244.0.7:80`, `[fd00::7]:80`; UDP and SCTP with their name behind. */
export function showPlace(ip: Ip, port: number, protocol: Protocol = "TCP"): string {
  const at = ip.family === "IPv6" ? `[${ip.text}]:${port}` : `${ip.text}:${port}`;
  return protocol === "TCP" ? at : `${at}/${protocol}`;
}
