import type { Container } from "#api/core/pod/container.ts";

/** A port of the node that somebody else may have. */
export interface WantedPort {
  readonly protocol: "TCP" | "UDP";
  readonly port: number;
}

/** What programs write when they can't listen: the C library's text, and the names of the error. */
const inUse = /address (is )?already in use|address in use|EADDRINUSE|WSAEADDRINUSE/i;
/** `:8086`, `[::]:80`, `port 3306`, `port: 3306`. */
const portIn = /(?::|\bport:?\s+)(\d{1,5})(?!\d|[.:]\d)/gi;
const clockTime = /\d{1,2}:\d{2}:\d{2}/g;

/**
 * The ports that a container may have died for, by the last lines of its log: those in lines that tell of an address in use, the
 * last one first; where such lines name none, those that it declares. None where it tells of nothing like that.
 */
export function portsInUse(log: string, { ports = [] }: Pick<Container, "ports">): readonly WantedPort[] {
  const lines = log.split("\n").filter((line) => inUse.test(line));
  if (lines.length === 0) return [];
  const named = lines.toReversed().flatMap((line) => {
    const protocol = /\budp/i.test(line) ? "UDP" : "TCP";
    const numbers = [...line.replace(clockTime, "").matchAll(portIn)].map(([, digits]) => Number(digits));
    return numbers.filter(isPort).map((port): WantedPort => ({ protocol, port }));
  });
  const declared = ports.flatMap(({ protocol, containerPort }): readonly WantedPort[] =>
    protocol === "SCTP" ? [] : [{ protocol, port: containerPort }],
  );
  const all = named.length > 0 ? named : declared;
  return [...new Map(all.map((one) => [`${one.protocol} ${one.port}`, one])).values()];
}

const isPort = (number: number): boolean => number >= 1 && number <= 65_535;
