/** The transport protocols that a Service knows (core/v1 Protocol). */
export type Protocol = "TCP" | "UDP" | "SCTP";

/** The lower-case name that nft, ip and DNS write. */
export const wireName = (protocol: Protocol): "tcp" | "udp" | "sctp" =>
  protocol === "TCP" ? "tcp" : protocol === "UDP" ? "udp" : "sctp";

export const isPort = (number: number): boolean => Number.isInteger(number) && number >= 1 && number <= 65_535;

/** Both ends included, as in `30000-32767`. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** Reads `30000-32767`; undefined for anything else, port 0 and reversed ranges too. */
export function parsePortRange(text: string): PortRange | undefined {
  const match = /^(\d{1,5})-(\d{1,5})$/.exec(text);
  if (match === null) return undefined;
  const [first, last] = [Number(match[1]), Number(match[2])];
  return first >= 1 && last <= 65_535 && first <= last ? { first, last } : undefined;
}

export const showPortRange = ({ first, last }: PortRange): string => `${first}-${last}`;
