import type { Reason } from "#core/reasons.ts";

/** What is wrong with one Ingress. Rows are those of the project's table of hostile configurations. */
export interface BrokenKind {
  readonly what: string;
  /** Of `nginx.ingress.kubernetes.io/`. */
  readonly annotations?: Readonly<Record<string, string>>;
  readonly spec?: (host: string) => object;
  /** Why the controller leaves it out, or a part of it; or the field for which the API server does not take it. */
  readonly is: { readonly told: readonly Reason[] } | { readonly refusedFor: string };
}

export const backend = { service: { name: "web0", port: { number: 80 } } };
const to = (name: string, number = 80) => ({ service: { name, port: { number } } });

const path = (value: string, pathType = "Prefix", target: object = backend) => ({
  spec: (host: string) => ({ rules: [{ host, http: { paths: [{ path: value, pathType, backend: target }] } }] }),
});
const host = (value: string) => ({
  spec: () => ({ rules: [{ host: value, http: { paths: [{ path: "/", pathType: "Prefix", backend }] } }] }),
});
const certificate = (secretName: string) => ({
  spec: (name: string) => ({
    tls: [{ hosts: [name], secretName }],
    rules: [{ host: name, http: { paths: [{ path: "/", pathType: "Prefix", backend }] } }],
  }),
});
const pattern = (value: string) => ({
  annotations: { "use-regex": "true" },
  ...path(value, "ImplementationSpecific"),
});

const told = (...reasons: readonly Reason[]) => ({ is: { told: reasons } }) as const;
const refusedFor = (field: string) => ({ is: { refusedFor: field } }) as const;
const paths = "spec.rules[0].http.paths[0]";

export const brokenKinds: readonly BrokenKind[] = [
  { what: "a line break in an annotation", annotations: { "rewrite-target": "/x\n}" }, ...told("AnnotationInvalid") },
  { what: "a redirect to nowhere", annotations: { "permanent-redirect": "//evil" }, ...told("AnnotationInvalid") },
  {
    what: "a redirect to port 70000",
    annotations: { "permanent-redirect": "https://a.example:70000/" },
    ...told("AnnotationInvalid"),
  },
  { what: "a path with a line break", ...path("/x\n}"), ...told("PathInvalid") },
  { what: "a path above the root", ...path("/../../etc/passwd"), ...refusedFor(`${paths}.path`) },
  { what: "a path without its slash", ...path("x"), ...refusedFor(`${paths}.path`) },
  {
    what: "a snippet",
    annotations: { "configuration-snippet": "return 200;" },
    ...told("SnippetRefused"),
  },
  {
    what: "a Secret by a path",
    annotations: { "auth-type": "basic", "auth-secret": "../x" },
    ...told("AccessRuleUnreadable"),
  },
  {
    what: "passwords that are nowhere",
    annotations: { "auth-type": "basic", "auth-secret": "none" },
    ...told("AccessRuleUnreadable"),
  },
  { what: "another namespace's Secret", ...certificate("other/cert"), ...refusedFor("spec.tls[0].secretName") },
  { what: "another namespace's Service", ...path("/", "Prefix", to("other/web")), ...refusedFor(`${paths}.backend`) },
  { what: "another Ingress's host and path", ...host("good0.example"), ...told("RouteTaken") },
  { what: "a host that is none", ...host("a_b!"), ...refusedFor("spec.rules[0].host") },
  { what: "an address as host", ...host("10.0.0.1"), ...refusedFor("spec.rules[0].host") },
  { what: "a pattern without an end", ...pattern("/(a+)+$"), ...told("PatternInvalid") },
  { what: "a pattern that is none", ...pattern("/("), ...told("PatternInvalid") },
  {
    what: "a header with a line break",
    annotations: { "upstream-vhost": "a\r\nX: y" },
    ...told("AnnotationInvalid"),
  },
  { what: "a Service elsewhere", ...path("/", "Prefix", to("out")), ...told("ExternalName") },
  { what: "no such Service", ...path("/", "Prefix", to("none")), ...told("NoSuchService") },
  { what: "no such port", ...path("/", "Prefix", to("web0", 99)), ...told("UnusedPort") },
  { what: "no such Secret", ...certificate("none"), ...told("CertificateMissing") },
  { what: "a certificate that has ended", ...certificate("ended"), ...told("CertificateExpired") },
  { what: "another certificate's key", ...certificate("mixed"), ...told("CertificateInvalid") },
  { what: "no PEM", ...certificate("junk"), ...told("CertificateInvalid") },
  {
    what: "a negative weight",
    annotations: { canary: "true", "canary-weight": "-1" },
    ...told("AnnotationInvalid", "CanaryWithoutMain"),
  },
  {
    what: "a canary of nothing",
    annotations: { canary: "true", "canary-weight": "10" },
    ...told("CanaryWithoutMain"),
  },
];
