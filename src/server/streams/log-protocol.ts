import { badRequest } from "#machinery/status.ts";

/** Both send a message for each piece of a log: its bytes, or the text of those in base64, for clients that take no bytes. */
const spoken = ["binary.k8s.io", "base64.binary.k8s.io"] as const;
export type LogProtocol = (typeof spoken)[number];

/**
 * The first sub-protocol of a WebSocket's client by which a log can be sent; bytes for one that offers none. Throws a 400.
 * Source: NewDefaultReaderProtocols in k8s.io/apiserver/pkg/util/wsstream.
 */
export function logProtocol(offered = ""): LogProtocol {
  const names = offered.split(",").flatMap((name) => name.trim() || []);
  const chosen = names.length === 0 ? spoken[0] : names.flatMap((name) => spoken.find((one) => one === name) ?? [])[0];
  if (chosen !== undefined) return chosen;
  throw badRequest(`requested protocol(s) are not supported: [${names.join(" ")}]; supports [${spoken.join(" ")}]`);
}
