import assert from "node:assert/strict";
import { test } from "node:test";
import { defaultSettings } from "../default-settings.ts";
import type { IngressSettings } from "../ingress-settings.ts";
import { readAnnotations } from "./read-annotations.ts";
import {
  foundIn,
  foundLike,
  fullCanary,
  fullIngress,
  fullWorld,
  gistOf,
  ingress,
  lookups,
  type Row,
} from "./specimens.ts";
import { annotationsByName, served } from "./table.ts";
import { unservedAnnotations } from "./unserved.ts";

const world = lookups(fullWorld);
const read = (says: Readonly<Record<string, string>>): IngressSettings => readAnnotations(ingress(says), world);

test("an Ingress without annotations has the defaults", () => assert.deepEqual(read({}), defaultSettings));

test("good values of every annotation have no finding", () => {
  for (const says of [fullIngress, fullCanary]) assert.deepEqual(foundIn(read(says)), []);
  const said = new Set([...Object.keys(fullIngress), ...Object.keys(fullCanary)]);
  const alone = ["proxy-ssl-secret", "permanent-redirect", "permanent-redirect-code", "canary-by-header-value"];
  for (const { names } of served.flatMap(({ annotations }) => annotations))
    assert.ok(said.has(names[0]) || alone.includes(names[0]), names[0]);
});

test("every annotation of the default's own value sets what the default does", () => {
  const isText = new Set(["none", "everybody", "nobody", "the path stays"]);
  for (const { names, fallback, needs, grammar } of served.flatMap(({ annotations }) => annotations)) {
    if (isText.has(fallback) || fallback.startsWith("what ") || fallback.startsWith("the ")) continue;
    assert.equal(grammar.read(fallback).kind, "value", names[0]);
    const settings = read({ [names[0]]: fallback });
    if (needs === undefined) assert.deepEqual(settings, defaultSettings, names[0]);
  }
});

test("no two annotations have a name in common", () => {
  const names = [...annotationsByName.keys(), ...unservedAnnotations.map(({ name }) => name)];
  const declared = new Set(annotationsByName.values());
  const all = [...declared].flatMap((one) => one.names).length + unservedAnnotations.length;
  assert.equal(new Set(names).size, all);
});

const rows: readonly Row[] = [
  {
    says: { "proxy-body-sise": "1m" },
    finds: [
      "refused AnnotationUnknown proxy-body-sise: no annotation of this name is known; is proxy-body-size meant?",
    ],
  },
  {
    says: { "make-coffee": "now" },
    finds: ["refused AnnotationUnknown make-coffee: no annotation of this name is known; see docs/"],
  },
  {
    says: { "haproxy.org/ssl-redirect": "true", "traefik.ingress.kubernetes.io/router.tls": "true" },
    finds: [
      "noted AnnotationWithoutEffect haproxy.org/ssl-redirect: is HAProxy Technologies' controller's, and has no effect here; ssl-redirect has",
      "noted AnnotationWithoutEffect traefik.ingress.kubernetes.io/router.tls: is Traefik's, and has no effect here",
    ],
  },
  {
    says: { "cert-manager.io/cluster-issuer": "x", "kubernetes.io/ingress.class": "nginx", note: "x" },
    finds: ["refused AnnotationUnknown note"],
  },
  { says: { "proxy-buffering": "off", satisfy: "all", "auth-tls-verify-client": "off", "enable-access-log": "true" } },
  {
    says: { "proxy-buffering": "on", "mirror-target": "https://a.example$request_uri" },
    finds: [
      "refused AnnotationNotServed proxy-buffering: known, but not served yet: answers are passed on as they come",
      "refused AnnotationNotServed mirror-target: known, but not served yet",
    ],
  },
  {
    says: { "auth-tls-secret": "shop/ca" },
    sets: ["failsClosed true"],
    finds: ["refused AccessRuleUnreadable auth-tls-secret: known, but not served yet: client certificates"],
  },
  {
    says: { "auth-tls-secret": "shop/ca", "auth-tls-verify-client": "off" },
    finds: ["refused AnnotationNotServed auth-tls-secret: known"],
  },
];

for (const { says, sets = [], finds = [] } of rows) {
  test(`annotations ${JSON.stringify(says)}`, () => {
    const settings = read(says);
    assert.deepEqual(gistOf(settings), sets);
    assert.deepEqual(foundLike(settings, finds), finds);
  });
}

test("each annotation that is not served is told of by name, and closes where it guards", () => {
  for (const { name, satisfied, guards } of unservedAnnotations) {
    const settings = read({ [name]: "something" });
    const isTold = !satisfied.includes("*");
    assert.deepEqual(
      foundIn(settings).map((found) => found.split(" ")[2]),
      isTold ? [`${name}:`] : [],
    );
    assert.equal(settings.failsClosed, guards, name);
    for (const good of satisfied.filter((one) => one !== "*"))
      assert.deepEqual(foundIn(read({ [name]: good })), [], name);
  }
});

test("ten thousand annotations have a bounded number of findings, and soon", () => {
  const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`proxy-body-size-${i}`, "1m"]));
  const { findings } = read(many);
  assert.equal(findings.length, 64);
  assert.match(findings.at(-1)?.message ?? "", /and 9936 more/);
});
