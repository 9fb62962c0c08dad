import type { Annotation } from "./annotation.ts";
import { printable } from "./grammars/words.ts";
import type { AnnotationReader } from "./reader.ts";

/** An annotation that is known and not served. */
export interface Unserved {
  readonly name: string;
  /** What happens all the same, as a sentence without its end. */
  readonly instead: string;
  /** Values that ask for nothing but that: nothing is said about them. `*` stands for all values. */
  readonly satisfied: readonly string[];
  /** Where it asks for more, nobody comes in. */
  readonly guards: boolean;
}

const unserved = (instead: string, names: string, satisfied: readonly string[] = []): readonly Unserved[] =>
  names.split(" ").map((name) => ({ name, instead, satisfied, guards: false }));

const guarded = (instead: string, names: string, satisfied: readonly string[] = []): readonly Unserved[] =>
  unserved(instead, names, satisfied).map((one) => ({ ...one, guards: true }));

/** Every other annotation that ingress-nginx has, or had. */
export const unservedAnnotations: readonly Unserved[] = [
  ...guarded("client certificates can't be asked for yet", "auth-tls-secret auth-tls-match-cn"),
  ...guarded("client certificates can't be asked for yet", "auth-tls-verify-client", ["off"]),
  ...unserved(
    "client certificates are not asked for",
    "auth-tls-verify-depth auth-tls-error-page auth-tls-pass-certificate-to-upstream",
  ),
  ...unserved("both an allowed address and the right credentials are needed, as with all", "satisfy", ["all"]),
  ...unserved("cookies of the auth service always reach the client", "auth-always-set-cookie", ["*"]),
  ...unserved("each question to the auth service has a connection of its own", "auth-keepalive", ["0"]),
  ...unserved(
    "each question to the auth service has a connection of its own, whatever auth-keepalive says",
    "auth-keepalive-requests auth-keepalive-timeout auth-keepalive-share-vars",
    ["*"],
  ),
  ...unserved("the auth service gets the request's own headers alone", "auth-proxy-set-headers"),
  ...unserved("the auth service gets the request's path and query in X-Auth-Request-Redirect", "auth-request-redirect"),
  ...unserved("authentication is asked for by each Ingress itself", "enable-global-auth", ["*"]),
  ...unserved("a canary is chosen for every request anew, as with legacy", "affinity-canary-behavior", ["legacy"]),
  ...unserved("browsers get SameSite as session-cookie-samesite has it", "session-cookie-conditional-samesite-none", [
    "false",
  ]),
  ...unserved("the cookie has no Partitioned", "session-cookie-partitioned", ["false"]),
  ...unserved("a cookie's value is made by the engine", "session-cookie-hash"),
  ...unserved("answers are passed on as they come", "proxy-buffering proxy-request-buffering", ["off"]),
  ...unserved(
    "answers are passed on as they come, through buffers of the engine's own size",
    "proxy-buffer-size proxy-buffers-number proxy-busy-buffers-size proxy-max-temp-file-size",
  ),
  ...unserved("backends are spoken to in HTTP/1.1, or HTTP/2 by backend-protocol", "proxy-http-version", ["1.1"]),
  ...unserved("cookies of backends are passed on unchanged", "proxy-cookie-domain proxy-cookie-path", ["off"]),
  ...unserved("redirects of backends are passed on unchanged", "proxy-redirect-from proxy-redirect-to", ["off"]),
  ...unserved("tries of a connection end by their number, proxy-next-upstream-tries", "proxy-next-upstream-timeout", [
    "0",
  ]),
  ...unserved(
    "ciphers and protocols towards backends are the engine's own choice of safe ones",
    "proxy-ssl-ciphers proxy-ssl-protocols proxy-ssl-verify-depth secure-verify-ca-secret",
  ),
  ...unserved("ciphers are the engine's own choice of safe ones", "ssl-ciphers ssl-prefer-server-ciphers"),
  ...unserved("requests go to one backend alone", "mirror-target mirror-host mirror-request-body"),
  ...unserved("answers are sent as fast as the client takes them", "limit-rate limit-rate-after", ["0"]),
  ...unserved("each replica counts by itself; write limit-rps or limit-rpm", globalLimits()),
  ...unserved("a hash leads to one endpoint", "upstream-hash-by-subset", ["false"]),
  ...unserved("a hash leads to one endpoint", "upstream-hash-by-subset-size"),
  ...unserved(
    "redirects name the port that the client came in by, where it is not the usual one",
    "use-port-in-redirects",
    ["*"],
  ),
  ...unserved("redirects have full URLs", "relative-redirects", ["false"]),
  ...unserved("error pages are those of custom-http-errors", "disable-proxy-intercept-errors", ["false"]),
  ...unserved("every request is logged", "enable-access-log", ["true"]),
  ...unserved("every request is logged, rewrites are not", "enable-rewrite-log", ["false"]),
  ...unserved("requests are not traced by OpenTelemetry", "enable-opentelemetry enable-opentracing", ["false"]),
  ...unserved(
    "requests are not traced by OpenTelemetry; their trace headers are passed on",
    "opentelemetry-operation-name opentelemetry-trust-incoming-span opentracing-trust-incoming-span",
  ),
  ...unserved(
    "there is no web application firewall here; run one as a backend in front of the application",
    "enable-modsecurity enable-owasp-core-rules lua-resty-waf",
    ["false"],
  ),
  ...unserved(
    "there is no web application firewall here; run one as a backend in front of the application",
    "modsecurity-transaction-id lua-resty-waf-debug lua-resty-waf-ignore-rulesets lua-resty-waf-extra-rules lua-resty-waf-allow-unknown-content-types lua-resty-waf-score-threshold lua-resty-waf-process-multipart-body",
  ),
  ...unserved("backends speak HTTP", "fastcgi-index fastcgi-params-configmap"),
  ...unserved("browsers no longer take pushed answers", "http2-push-preload", ["false"]),
  ...unserved(
    "requests are counted in the controller's metrics",
    "enable-influxdb influxdb-measurement influxdb-port influxdb-host influxdb-server-name",
  ),
  ...unserved('ingress-nginx has it no more; write backend-protocol: "HTTPS"', "secure-backends", ["false"]),
  ...unserved('ingress-nginx has it no more; write backend-protocol: "GRPC"', "grpc-backend", ["false"]),
  ...unserved("ingress-nginx has it no more; links in pages are the application's", "add-base-url base-url-scheme"),
  ...unserved(
    "ingress-nginx has it no more; readiness probes say who gets requests",
    "upstream-fail-timeout upstream-max-fails",
  ),
];

function globalLimits(): string {
  return "global-rate-limit global-rate-limit-window global-rate-limit-key global-rate-limit-ignored-cidrs";
}

const declared: readonly { readonly one: Unserved; readonly annotation: Annotation<string> }[] =
  unservedAnnotations.map((one) => ({
    one,
    annotation: {
      names: [one.name],
      grammar: printable,
      fallback: "none",
      doc: one.instead,
      ...(one.guards ? { guards: true } : {}),
    },
  }));

/** Says of each of them what is done instead. `auth-tls-verify-client: "off"` makes the others of auth-tls- mean nothing. */
export function tellUnserved(reader: AnnotationReader): void {
  const asksNoCertificates = declared.some(
    ({ one, annotation }) => one.name === "auth-tls-verify-client" && reader.text(annotation)?.trim() === "off",
  );
  for (const { one, annotation } of declared) {
    if (!reader.has(annotation)) continue;
    const text = reader.read(annotation);
    if (text === undefined || one.satisfied.includes(text.toLowerCase()) || one.satisfied.includes("*")) continue;
    const isMoot = asksNoCertificates && one.name.startsWith("auth-tls-");
    if (one.guards && !isMoot) reader.close(annotation, `known, but not served yet: ${one.instead}`);
    else
      reader.find(annotation, {
        weight: "refused",
        because: "AnnotationNotServed",
        message: `known, but not served yet: ${one.instead}`,
      });
  }
}
