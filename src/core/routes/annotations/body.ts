import type { Annotation, Grammar } from "./annotation.ts";
import { value, wrong } from "./annotation.ts";
import { size } from "./grammars/numbers.ts";
import type { AnnotationReader } from "./reader.ts";

const proxyBodySize: Annotation<number> = {
  names: ["proxy-body-size"],
  grammar: size,
  fallback: "1m",
  doc: "A longer request body is answered with 413; 0 is no limit.",
};
const bufferSize: Annotation<number> = {
  names: ["client-body-buffer-size"],
  grammar: size,
  fallback: "none",
  doc: "Bodies are passed on as they come, so there is no buffer to size.",
};
/** What stands in Connection towards the backend. Source: ingress-nginx' connection-proxy-header. */
const connection: Grammar<"keep-alive" | "upgrade"> = {
  shape: '"keep-alive" or "upgrade"',
  read: (text) => {
    const word = text.toLowerCase();
    if (word === "keep-alive" || word === "upgrade") return value(word);
    return wrong(
      'is not served: connections to backends are kept, and upgraded where a client asks for it, as "keep-alive" and "upgrade" say',
    );
  },
};
const connectionProxyHeader: Annotation<"keep-alive" | "upgrade"> = {
  names: ["connection-proxy-header"],
  grammar: connection,
  fallback: "keep-alive",
  doc: "Connections to backends are kept for the next request, and upgraded (WebSocket) where the client asks for it, whatever is said here; close is refused.",
};

export const bodyAnnotations = [proxyBodySize, bufferSize, connectionProxyHeader];

/** Bytes; undefined: no limit. */
export function readBodyLimit(reader: AnnotationReader, fallback: number | undefined): number | undefined {
  reader.read(bufferSize);
  reader.read(connectionProxyHeader);
  const bytes = reader.read(proxyBodySize) ?? fallback;
  return bytes === 0 ? undefined : bytes;
}
