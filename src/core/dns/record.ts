import type { Ip } from "#net/ip.ts";
import type { Name } from "./name.ts";

/** What stands at a name. Every record here is of class IN. */
export interface ResourceRecord {
  readonly name: Name;
  readonly ttlSeconds: number;
  readonly rdata: Rdata;
}

/** A record's content. Texts are one character a byte. What isn't read into fields stays as bytes (RFC 3597). */
export type Rdata =
  | { readonly type: "A" | "AAAA"; readonly address: Ip }
  | Cname
  | { readonly type: "NS" | "PTR" | "DNAME"; readonly target: Name }
  | { readonly type: "MX"; readonly preference: number; readonly target: Name }
  | Srv
  | Soa
  | { readonly type: "TXT" | "HINFO"; readonly texts: readonly string[] }
  | { readonly type: "opaque"; readonly number: number; readonly bytes: Uint8Array };

/** The name is another one's alias. */
export interface Cname {
  readonly type: "CNAME";
  readonly target: Name;
}
/** Where a service is served (RFC 2782). */
export interface Srv {
  readonly type: "SRV";
  readonly priority: number;
  readonly weight: number;
  readonly port: number;
  readonly target: Name;
}
/** Whose zone it is; goes with every "no such thing" and says for how long that may be believed (RFC 2308). Times in seconds. */
export interface Soa {
  readonly type: "SOA";
  readonly primary: Name;
  readonly mailbox: Name;
  readonly serial: number;
  readonly refresh: number;
  readonly retry: number;
  readonly expire: number;
  readonly minimum: number;
}

/** Record and query types. Source: IANA, Domain Name System Parameters. */
export const TYPE = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  HINFO: 13,
  MX: 15,
  TXT: 16,
  SIG: 24,
  AAAA: 28,
  SRV: 33,
  DNAME: 39,
  OPT: 41,
  SVCB: 64,
  HTTPS: 65,
  TKEY: 249,
  TSIG: 250,
  IXFR: 251,
  AXFR: 252,
  MAILB: 253,
  MAILA: 254,
  ANY: 255,
} as const;

export const typeNumber = (rdata: Rdata): number => (rdata.type === "opaque" ? rdata.number : TYPE[rdata.type]);
