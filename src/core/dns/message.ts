import type { Name } from "./name.ts";
import type { ResourceRecord } from "./record.ts";

/** A DNS message, question and answer alike (RFC 1035 section 4); EDNS stands apart from the other records (RFC 6891). */
export interface Message {
  readonly id: number;
  readonly isResponse: boolean;
  readonly opcode: number;
  readonly authoritative: boolean;
  readonly truncated: boolean;
  readonly recursionDesired: boolean;
  readonly recursionAvailable: boolean;
  readonly authenticData: boolean;
  readonly checkingDisabled: boolean;
  /** With the upper bits that EDNS adds: 0 to 4095. */
  readonly rcode: number;
  readonly questions: readonly Question[];
  readonly answers: readonly ResourceRecord[];
  readonly authorities: readonly ResourceRecord[];
  readonly additionals: readonly ResourceRecord[];
  readonly edns: Edns | undefined;
}

export interface Question {
  readonly name: Name;
  readonly type: number;
  readonly class: number;
}

/** What the OPT record carries. Options are checked for their lengths and else left aside. */
export interface Edns {
  /** The largest UDP message that its sender takes. */
  readonly udpSizeBytes: number;
  readonly version: number;
  readonly dnssecOk: boolean;
}

export const OPCODE = { QUERY: 0, UPDATE: 5 } as const;
export const CLASS = { IN: 1, NONE: 254, ANY: 255 } as const;

/** Response codes. Source: IANA, Domain Name System Parameters. */
export const RCODE = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5, BADVERS: 16 } as const;

/**
 * The largest message that goes over UDP, in bytes: it passes every link of the internet unfragmented, and makes a forged question
 * a poor lever. Source: DNS flag day 2020.
 */
export const MAX_UDP_BYTES = 1232;
/** What every receiver takes, EDNS or not (RFC 1035 section 4.2.1). */
const MIN_UDP_BYTES = 512;
/** TCP frames carry a length of two bytes. */
export const MAX_TCP_BYTES = 65_535;

/** How large an answer over UDP may be for who sent `edns`. */
export const udpLimitBytes = (edns: Edns | undefined): number =>
  Math.min(MAX_UDP_BYTES, Math.max(MIN_UDP_BYTES, edns?.udpSizeBytes ?? MIN_UDP_BYTES));
