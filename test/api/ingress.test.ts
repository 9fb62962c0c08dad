import assert from "node:assert/strict";
import test from "node:test";
import { ingresses } from "#api/networking/ingress.ts";
import { defaultIngressClass } from "#api/networking/ingress-class/rules.ts";
import { ingressClasses } from "#api/networking/ingress-class.ts";
import type { AnyKind } from "#machinery/kind.ts";
import { told } from "./told.ts";

const subdomain = "[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*";
const subdomainSentence = `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${subdomain}')`;
const wildcardSentence = `a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character (e.g. '*.example.com', regex used for validation is '\\*\\.${subdomain}')`;

const web = { service: { name: "web", port: { number: 80 } } };
/** An Ingress of one rule. */
const rule = (path: object, host?: string): object => ({
  spec: {
    rules: [
      {
        ...(host !== undefined && { host }),
        http: { paths: [{ pathType: "Prefix", path: "/", backend: web, ...path }] },
      },
    ],
  },
});
const backed = (backend: object): object => ({ spec: { defaultBackend: backend } });
const at = "spec.rules[0].http.paths[0]";

type Case = readonly [name: string, kind: AnyKind, object: object, messages: readonly string[]];
const cases: readonly Case[] = [
  [
    "an Ingress leads somewhere",
    ingresses,
    {},
    ["spec: Invalid value: null: either `defaultBackend` or `rules` must be specified"],
  ],
  [
    "a path says how it is taken",
    ingresses,
    rule({ pathType: null }),
    [`${at}.pathType: Required value: pathType must be specified`],
  ],
  [
    "a path is taken in one of three ways",
    ingresses,
    rule({ pathType: "Regex" }),
    [`${at}.pathType: Unsupported value: "Regex": supported values: "Exact", "ImplementationSpecific", "Prefix"`],
  ],
  ["a prefix is a path", ingresses, rule({ path: null }), [`${at}.path: Invalid value: "": must be an absolute path`]],
  ["a controller's own path may be left out", ingresses, rule({ pathType: "ImplementationSpecific", path: null }), []],
  [
    "a controller's own path begins with a slash too",
    ingresses,
    rule({ pathType: "ImplementationSpecific", path: "a//b" }),
    [`${at}.path: Invalid value: "a//b": must be an absolute path`],
  ],
  [
    "a path doesn't climb",
    ingresses,
    rule({ pathType: "Exact", path: "/a//b/../c/.." }),
    ["must not contain '//'", "must not contain '/../'", "cannot end with '/..'"].map(
      (detail) => `${at}.path: Invalid value: "/a//b/../c/..": ${detail}`,
    ),
  ],
  [
    "a path hides no slash",
    ingresses,
    rule({ path: "/a%2fb%2F./" }),
    ["must not contain '%2f'", "must not contain '%2F'"].map(
      (detail) => `${at}.path: Invalid value: "/a%2fb%2F./": ${detail}`,
    ),
  ],
  ["a host may stand for many", ingresses, rule({}, "*.example.com"), []],
  [
    "a star stands for one whole label",
    ingresses,
    rule({}, "a.*.example.com"),
    [`spec.rules[0].host: Invalid value: "a.*.example.com": ${wildcardSentence}`],
  ],
  [
    "a host is a name",
    ingresses,
    rule({}, "Example"),
    [`spec.rules[0].host: Invalid value: "Example": ${subdomainSentence}`],
  ],
  [
    "a host has no port",
    ingresses,
    rule({}, "a.example:80"),
    [`spec.rules[0].host: Invalid value: "a.example:80": ${subdomainSentence}`],
  ],
  [
    "a host is no address",
    ingresses,
    rule({}, "192.0.2.1"),
    ['spec.rules[0].host: Invalid value: "192.0.2.1": must be a DNS name, not an IP address'],
  ],
  [
    "a rule over HTTP has paths",
    ingresses,
    { spec: { rules: [{ http: { paths: [] } }] } },
    ["spec.rules[0].http.paths: Required value"],
  ],
  [
    "somebody gets the requests",
    ingresses,
    backed({}),
    ['spec.defaultBackend: Invalid value: "": resource or service backend is required'],
  ],
  [
    "one gets the requests, not two",
    ingresses,
    backed({ ...web, resource: { kind: "Bucket", name: "a" } }),
    ['spec.defaultBackend: Invalid value: "": cannot set both resource and service backends'],
  ],
  [
    "a port is named once",
    ingresses,
    backed({ service: { name: "web", port: { name: "http", number: 80 } } }),
    ['spec.defaultBackend: Invalid value: "": cannot set both port name & port number'],
  ],
  [
    "a port is named",
    ingresses,
    backed({ service: { name: "web" } }),
    ["spec.defaultBackend: Required value: port name or number is required"],
  ],
  [
    "a port is one",
    ingresses,
    backed({ service: { port: { number: 70_000 } } }),
    [
      "spec.defaultBackend.service.name: Required value",
      "spec.defaultBackend.service.port.number: Invalid value: 70000: must be between 1 and 65535, inclusive",
    ],
  ],
  [
    "a resource is told by kind and name",
    ingresses,
    backed({ resource: { apiGroup: "", kind: "a/b" } }),
    [
      `spec.defaultBackend.resource.apiGroup: Invalid value: "": ${subdomainSentence}`,
      "spec.defaultBackend.resource.kind: Invalid value: \"a/b\": may not contain '/'",
      "spec.defaultBackend.resource.name: Required value",
    ],
  ],
  [
    "a certificate has a Secret's name and good hosts",
    ingresses,
    { spec: { defaultBackend: web, ingressClassName: "A", tls: [{ hosts: ["*", "ok"], secretName: "B" }] } },
    [
      `spec.tls[0].hosts[0]: Invalid value: "*": ${wildcardSentence}`,
      `spec.tls[0].secretName: Invalid value: "B": ${subdomainSentence}`,
      `spec.ingressClassName: Invalid value: "A": ${subdomainSentence}`,
    ],
  ],
  ["a class has a controller", ingressClasses, {}, ["spec.controller: Required value"]],
  [
    "a controller's name begins with a domain",
    ingressClasses,
    { spec: { controller: "nginx" } },
    ['spec.controller: Invalid value: "nginx": must be a domain-prefixed path (such as "acme.io/foo")'],
  ],
  [
    "a controller's name ends with a path",
    ingressClasses,
    { spec: { controller: `a.io/ü${"x".repeat(250)}` } },
    [
      "spec.controller: Too long: may not be more than 250 bytes",
      `spec.controller: Invalid value: "ü${"x".repeat(250)}": Invalid path (regex used for validation is '[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+')`,
    ],
  ],
  [
    "parameters of a namespace name it",
    ingressClasses,
    { spec: { controller: "a.io/b", parameters: { kind: "A", name: "b", scope: "Namespace" } } },
    ["spec.parameters.namespace: Required value: `parameters.scope` is set to 'Namespace'"],
  ],
  [
    "parameters of the cluster are in no namespace",
    ingressClasses,
    { spec: { controller: "a.io/b", parameters: { kind: "A", name: "b", namespace: "c" } } },
    ["spec.parameters.namespace: Forbidden: `parameters.scope` is set to 'Cluster'"],
  ],
  [
    "parameters are of the cluster or of a namespace",
    ingressClasses,
    { spec: { controller: "a.io/b", parameters: { kind: "A", scope: "World" } } },
    [
      "spec.parameters.name: Required value",
      'spec.parameters.scope: Unsupported value: "World": supported values: "Cluster", "Namespace"',
    ],
  ],
];
for (const [name, kind, object, messages] of cases)
  test(`${kind.kind}: ${name}`, () => assert.deepEqual(told(kind, { ...object }), messages));

const marked = (name: string, creationTimestamp: string, isDefault = "true") => ({
  metadata: {
    name,
    namespace: "",
    uid: name,
    resourceVersion: "1",
    creationTimestamp,
    annotations: { "ingressclass.kubernetes.io/is-default-class": isDefault },
  },
});
const [early, late] = ["2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"];
for (const [name, classes, expected] of [
  ["none where none is marked", [marked("a", late, "false")], undefined],
  ["the youngest", [marked("a", early), marked("b", late), marked("c", early)], "b"],
  ["of equally young ones the first by name", [marked("b", late), marked("a", late), marked("c", early)], "a"],
] as const)
  test(`the default class is ${name}`, () => assert.equal(defaultIngressClass(classes), expected));
