import type { IngressSettings } from "../ingress-settings.ts";
import type { Annotation } from "./annotation.ts";
import { boolean } from "./grammars/words.ts";
import type { AnnotationReader } from "./reader.ts";

const sslRedirect: Annotation<boolean> = {
  names: ["ssl-redirect"],
  grammar: boolean,
  fallback: "true",
  doc: "Requests without TLS for a host that has a certificate in spec.tls are sent to https:// (308).",
};
const forceSslRedirect: Annotation<boolean> = {
  names: ["force-ssl-redirect"],
  grammar: boolean,
  fallback: "false",
  doc: "The same, also where the host has no certificate: TLS ends in front of the cluster.",
};
const preserveTrailingSlash: Annotation<boolean> = {
  names: ["preserve-trailing-slash"],
  grammar: boolean,
  fallback: "true",
  doc: "Redirects to https:// keep the path as it is, its last slash too, whatever is said here.",
};
const sslPassthrough: Annotation<boolean> = {
  names: ["ssl-passthrough"],
  grammar: boolean,
  fallback: "false",
  doc: "TLS connections go on to the backend as they come, by the name that the client asks for; no other annotation has a say in them.",
};

export const httpsAnnotations = [sslRedirect, forceSslRedirect, preserveTrailingSlash, sslPassthrough];

type HttpsRedirect = IngressSettings["httpsRedirect"];

export function readHttps(
  reader: AnnotationReader,
  fallback: HttpsRedirect,
): Pick<IngressSettings, "httpsRedirect" | "tlsPassthrough"> {
  reader.read(preserveTrailingSlash);
  return {
    httpsRedirect: { ...fallback, when: redirectsWhen(reader, fallback.when) },
    tlsPassthrough: passesTls(reader),
  };
}

function redirectsWhen(reader: AnnotationReader, fallback: HttpsRedirect["when"]): HttpsRedirect["when"] {
  const isForced = reader.read(forceSslRedirect) ?? fallback === "always";
  const isAsked = reader.read(sslRedirect) ?? fallback !== "never";
  return isForced ? "always" : isAsked ? "hostHasTls" : "never";
}

function passesTls(reader: AnnotationReader): boolean {
  const passes = reader.read(sslPassthrough) ?? false;
  const others = passes ? reader.presentBeside(sslPassthrough) : [];
  if (others.length > 0) {
    const message = `TLS connections are passed on unread: ${others.join(", ")} hold for requests without TLS alone`;
    reader.find(sslPassthrough, { weight: "noted", because: "AnnotationServedOtherwise", message });
  }
  return passes;
}
