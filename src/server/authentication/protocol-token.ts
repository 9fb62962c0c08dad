import type { IncomingHttpHeaders } from "node:http";

const header = "sec-websocket-protocol";
const prefix = "base64url.bearer.authorization.k8s.io.";

/**
 * Browsers can't give a WebSocket an Authorization: its token stands among the subprotocols, beside one that is meant. Puts it where all
 * tokens stand, so that it is neither chosen as a protocol nor sent on; one that can't be read becomes one that nobody has.
 * Source: k8s.io/apiserver/pkg/authentication/request/websocket.
 */
export function withProtocolToken(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const offered = (headers[header] ?? "").split(",").map((one) => one.trim());
  const tokens = offered.filter((one) => one.startsWith(prefix));
  if (tokens.length === 0) return headers;
  const { [header]: _, ...rest } = headers;
  const others = offered.filter((one) => one !== "" && !one.startsWith(prefix));
  const [text = "", ...further] = tokens.map((one) => one.slice(prefix.length));
  const isReadable = further.length === 0 && others.length > 0 && /^[\w-]+$/.test(text);
  const token = isReadable ? Buffer.from(text, "base64url").toString() : "";
  return {
    authorization: `Bearer ${token}`,
    ...rest,
    ...(others.length > 0 && { [header]: others.join(", ") }),
  };
}
