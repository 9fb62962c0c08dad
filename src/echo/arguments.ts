/** The ports that each protocol is served on. */
export interface Listen {
  readonly kind: "listen";
  readonly http: readonly number[];
  readonly tcp: readonly number[];
  readonly udp: readonly number[];
}

/**
 * Reads `--http 8080,8443 --tcp=9000`. Without any port, `declared` decides (`8080/TCP,53/UDP`: HTTP on the TCP ones), and
 * without that it is HTTP on 8080.
 */
export function parseArguments(
  words: readonly string[],
  declared = "",
): Listen | { readonly kind: "wrong"; readonly why: string } {
  const ports: Record<"http" | "tcp" | "udp", number[]> = { http: [], tcp: [], udp: [] };
  const rest = words.flatMap((word) =>
    /^--\w+=/.test(word) ? [word.slice(0, word.indexOf("=")), word.slice(word.indexOf("=") + 1)] : [word],
  );
  for (let i = 0; i < rest.length; i += 2) {
    const [flag = "", list = ""] = [rest[i], rest[i + 1]];
    const kind = flag.slice(2);
    if (!flag.startsWith("--") || (kind !== "http" && kind !== "tcp" && kind !== "udp")) {
      return wrong(`unknown argument ${JSON.stringify(flag)}; it takes --http PORT,… --tcp PORT,… --udp PORT,…`);
    }
    const numbers = list.split(",").map((text) => (/^\d{1,5}$/.test(text) ? Number(text) : 0));
    if (numbers.some((port) => port < 1 || port > 65_535))
      return wrong(`${flag} takes ports from 1 to 65535, not ${JSON.stringify(list)}`);
    ports[kind].push(...numbers);
  }
  if (words.length > 0) return { kind: "listen", ...ports };
  const told = declared
    .split(",")
    .filter((text) => text !== "")
    .map((text) => text.split("/"));
  const of = (protocol: string): readonly number[] =>
    told.filter(([, name]) => name === protocol).map(([port]) => Number(port));
  const [http, udp] = [of("TCP"), of("UDP")];
  return { kind: "listen", http: http.length + udp.length > 0 ? http : [8080], tcp: [], udp };
}

const wrong = (why: string): { readonly kind: "wrong"; readonly why: string } => ({ kind: "wrong", why });
