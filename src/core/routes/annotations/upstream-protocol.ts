import type { BackendSettings } from "../route-table.ts";
import type { Annotation, Grammar } from "./annotation.ts";
import { value, wrong } from "./annotation.ts";
import { hostName, type ObjectName, objectName } from "./grammars/names.ts";
import { boolean, oneOf } from "./grammars/words.ts";
import type { AnnotationReader } from "./reader.ts";

type Protocol = BackendSettings["protocol"];

const protocols: ReadonlyMap<string, Protocol> = new Map([
  ["HTTP", "http"],
  ["HTTPS", "https"],
  ["GRPC", "h2c"],
  ["GRPCS", "h2"],
]);
const refused: ReadonlyMap<string, string> = new Map([
  ["AUTO_HTTP", "is not served: what a backend speaks is not guessed from the request; write HTTP or HTTPS"],
  ["FCGI", "is not served: put a web server that speaks HTTP in front of the FastCGI program, in the same pod"],
  ["AJP", "is not served, nor by ingress-nginx any more: let the backend speak HTTP"],
]);

const protocolGrammar: Grammar<Protocol> = {
  shape: '"HTTP", "HTTPS", "GRPC" or "GRPCS"',
  read: (text) => {
    const word = text.toUpperCase();
    const protocol = protocols.get(word);
    if (protocol !== undefined) return value(protocol);
    return wrong(refused.get(word) ?? "is no protocol; write HTTP, HTTPS, GRPC or GRPCS");
  },
};
const backendProtocol: Annotation<Protocol> = {
  names: ["backend-protocol"],
  grammar: protocolGrammar,
  fallback: "HTTP",
  doc: "What the endpoints speak. GRPC is HTTP/2 without TLS, GRPCS HTTP/2 with it. Certificates of backends are not checked, unless proxy-ssl-verify says so. AUTO_HTTP and FCGI are refused.",
};
const onOff = oneOf("on", "off");
const sslName: Annotation<string> = {
  names: ["proxy-ssl-name"],
  grammar: hostName,
  fallback: "the host of the request",
  doc: "The name that a backend with TLS is asked for (SNI).",
};
const sslServerName: Annotation<"on" | "off"> = {
  names: ["proxy-ssl-server-name"],
  grammar: onOff,
  fallback: "on",
  doc: "Backends with TLS are always asked for a name; off is told of and not followed.",
};
const sslVerify: Annotation<"on" | "off"> = {
  names: ["proxy-ssl-verify"],
  grammar: onOff,
  fallback: "off",
  guards: true,
  doc: "With on a backend with TLS must show a certificate for proxy-ssl-name that a public authority has signed. Authorities of one's own (proxy-ssl-secret) are not served yet: with them the Ingress' routes answer 503.",
};
const sslSecret: Annotation<ObjectName> = {
  names: ["proxy-ssl-secret"],
  grammar: objectName("Secret"),
  fallback: "none",
  doc: "Not served yet: backends get no client certificate, and theirs is not checked by an authority of one's own.",
};
const serviceUpstream: Annotation<boolean> = {
  names: ["service-upstream"],
  grammar: boolean,
  fallback: "false",
  doc: "Requests go to the Service's ClusterIP, and not straight to its endpoints. Stickiness and retries then have nothing to choose from.",
};

export const protocolAnnotations = [backendProtocol, sslName, sslServerName, sslVerify, sslSecret, serviceUpstream];

export interface ReadProtocol {
  readonly protocol: Protocol;
  readonly serverName: string | undefined;
  readonly checksServer: true | undefined;
  readonly serviceUpstream: boolean;
}

export function readProtocol(reader: AnnotationReader, fallback: BackendSettings): ReadProtocol {
  const serverName = reader.read(sslName) ?? fallback.serverName;
  if (reader.read(sslServerName) === "off") {
    const message = "backends with TLS are asked for a name all the same";
    reader.find(sslServerName, { weight: "noted", because: "AnnotationServedOtherwise", message });
  }
  const checksServer = readCheck(reader, serverName);
  return {
    protocol: reader.read(backendProtocol) ?? fallback.protocol,
    serverName,
    checksServer,
    serviceUpstream: reader.read(serviceUpstream) ?? false,
  };
}

/** Traffic that is to be checked and can't be is not sent. */
function readCheck(reader: AnnotationReader, serverName: string | undefined): true | undefined {
  const checks = reader.read(sslVerify) === "on";
  const secret = reader.read(sslSecret);
  if (checks && reader.has(sslSecret)) {
    reader.close(sslSecret, "certificates of backends can't be checked by an authority of one's own yet");
    return undefined;
  }
  if (secret !== undefined) {
    const message = "known, but not served yet: backends get no client certificate";
    reader.find(sslSecret, { weight: "refused", because: "AnnotationNotServed", message });
  }
  if (!checks) return undefined;
  if (serverName !== undefined) return true;
  reader.close(sslVerify, "says nothing of the name that certificates are to be for; write proxy-ssl-name too");
  return undefined;
}
