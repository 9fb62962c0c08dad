/** Headers of one connection, which end with it. Source: RFC 9110 section 7.6.1; `proxy-connection` and `keep-alive` by custom. */
const ofOneConnection: ReadonlySet<string> = new Set([
  "connection",
  "proxy-connection",
  "keep-alive",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "expect",
]);

/** Whether a header is passed on to the next one in the chain. */
export const isPassable = (name: string): boolean => !ofOneConnection.has(name.toLowerCase());

/** The headers that this message's own Connection header takes out of it too. */
export const namedByConnection = (connection: string | undefined): readonly string[] =>
  (connection ?? "")
    .split(",")
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== "" && name !== "close" && name !== "keep-alive");
