/** Fields of one connection, which end with it. Source: RFC 9110 section 7.6.1; `proxy-connection` and `keep-alive` by custom. */
export const connectionFields: ReadonlySet<string> = new Set([
  "connection",
  "proxy-connection",
  "keep-alive",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** The fields that a message's own Connection field takes out of it too. `close` and `keep-alive` are words of its own. */
export const namedByConnection = (connection: string | undefined): readonly string[] =>
  (connection ?? "")
    .split(",")
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== "" && name !== "close" && name !== "keep-alive");
