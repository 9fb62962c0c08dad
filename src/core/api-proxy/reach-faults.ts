/** What went wrong on the way to a target. */
export interface ReachFault {
  /** Node's: `ECONNREFUSED`. */
  readonly code: string;
  readonly message: string;
}

const dialling: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connect: connection refused",
  EHOSTUNREACH: "connect: no route to host",
  ENETUNREACH: "connect: network is unreachable",
  EADDRNOTAVAIL: "connect: cannot assign requested address",
  EACCES: "connect: permission denied",
  EPERM: "connect: operation not permitted",
  ETIMEDOUT: "i/o timeout",
};

/** The message of the 503, in the words of Go's net. `at` is address and port. */
export function unreachableTarget({ code, message }: ReachFault, at: string): string {
  const dial = dialling[code];
  return `error trying to reach service: ${dial === undefined ? otherwise(code, message, at) : `dial tcp ${at}: ${dial}`}`;
}

function otherwise(code: string, message: string, at: string): string {
  if (code === "ECONNRESET")
    return message === "socket hang up" ? "EOF" : `read tcp ${at}: read: connection reset by peer`;
  if (code === "EPIPE") return `write tcp ${at}: write: broken pipe`;
  if (code.startsWith("HPE_")) return `malformed HTTP response from ${at}`;
  if (code === "EPROTO" || code.startsWith("ERR_SSL")) return "tls: first record does not look like a TLS handshake";
  return message;
}
