import type { Protocol } from "#net/port.ts";

/** Something that only a look at the running cluster can tell. A story names what it would like to know; others look. */
export type Probe =
  /** Which ports are open in a pod's network namespace. */
  | { readonly kind: "sockets"; readonly namespace: string; readonly pod: string; readonly container: string }
  /** What this machine's own resolver says of a name. */
  | { readonly kind: "resolve"; readonly name: string }
  /** Whether a connection from this machine is taken. */
  | { readonly kind: "dial"; readonly ip: string; readonly port: number }
  /** What a request from this machine is answered. */
  | { readonly kind: "http"; readonly ip: string; readonly url: string };

/** What was seen. */
export type Seen =
  | { readonly kind: "sockets"; readonly open: readonly OpenSocket[] }
  | { readonly kind: "addresses"; readonly addresses: readonly string[] }
  | { readonly kind: "connected" | "refused" | "reset" | "silent" }
  | { readonly kind: "http"; readonly status: number }
  /** It could not be looked at; `because` says why, in the words of whoever refused. */
  | { readonly kind: "unseen"; readonly because: string };

/** A socket that takes connections (TCP) or datagrams (UDP). */
export interface OpenSocket {
  readonly protocol: Protocol;
  readonly address: string;
  readonly port: number;
}

/** Tells probes apart. */
export function probeKey(probe: Probe): string {
  switch (probe.kind) {
    case "sockets":
      return `sockets ${probe.namespace}/${probe.pod}`;
    case "resolve":
      return `resolve ${probe.name}`;
    case "dial":
      return `dial ${probe.ip} ${probe.port}`;
    case "http":
      return `http ${probe.ip} ${probe.url}`;
  }
}
