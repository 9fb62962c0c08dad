import assert from "node:assert/strict";
import { test } from "node:test";
import { affinityAnnotations } from "./affinity.ts";
import { balancingAnnotations } from "./balancing.ts";
import { canaryAnnotations } from "./canary.ts";
import { corsAnnotations } from "./cors.ts";
import { errorAnnotations } from "./errors.ts";
import { readAnnotations } from "./read-annotations.ts";
import { foundLike, gistOf, ingress, lookups, type Row, withoutRow } from "./specimens.ts";
import { timeoutAnnotations } from "./timeouts.ts";
import { protocolAnnotations } from "./upstream-protocol.ts";

const world = lookups({ services: { "shop/sorry": 8080 } });

const cookie = (...others: readonly string[]): readonly string[] =>
  ["name INGRESSCOOKIE", "path /", "secure false", "changesOnFailure false"]
    .filter((line) => !others.some((other) => other.split(" ")[0] === line.split(" ")[0]))
    .concat(others)
    .map((line) => `backend.stickiness.${line}`);
const cors = (...others: readonly string[]): readonly string[] =>
  [
    "origins [*]",
    "methods [GET, PUT, POST, DELETE, PATCH, OPTIONS]",
    "headers [DNT, Keep-Alive, User-Agent, X-Requested-With, If-Modified-Since, Cache-Control, Content-Type, Range, Authorization]",
    "exposed []",
    "credentials true",
    "maxAgeSeconds 1728000",
  ]
    .filter((line) => !others.some((other) => other.split(" ")[0] === line.split(" ")[0]))
    .concat(others)
    .map((line) => `filters.cors.${line}`);
const hash = (of: string, name?: string): readonly string[] => [
  "backend.balance.kind hash",
  `backend.balance.of.kind ${of}`,
  ...(name === undefined ? [] : [`backend.balance.of.name ${name}`]),
];
const canary = (...others: readonly string[]): readonly string[] =>
  ["weight 0", "weightTotal 100"]
    .filter((line) => !others.some((other) => other.split(" ")[0] === line.split(" ")[0]))
    .concat(others)
    .map((line) => `canary.${line}`);

const rows: readonly Row[] = [
  ...[
    ["HTTPS", "https"],
    ["grpc", "h2c"],
    ["GRPCS", "h2"],
  ].map(([word = "", protocol]) => ({ says: { "backend-protocol": word }, sets: [`backend.protocol ${protocol}`] })),
  { says: { "backend-protocol": "HTTP" } },
  ...["AUTO_HTTP", "FCGI", "AJP"].map((word) => ({
    says: { "backend-protocol": word },
    finds: [`refused AnnotationInvalid backend-protocol: "${word}" is not served`],
  })),
  {
    says: { "backend-protocol": "SPDY" },
    finds: ['refused AnnotationInvalid backend-protocol: "SPDY" is no protocol'],
  },
  {
    says: { "proxy-ssl-name": "inner.example", "proxy-ssl-server-name": "on" },
    sets: ["backend.serverName inner.example"],
  },
  { says: { "proxy-ssl-server-name": "off" }, finds: ["noted AnnotationServedOtherwise proxy-ssl-server-name"] },
  { says: { "proxy-ssl-verify": "off" } },
  {
    says: { "proxy-ssl-verify": "on", "proxy-ssl-name": "inner.example" },
    sets: ["backend.checksServer true", "backend.serverName inner.example"],
  },
  {
    says: { "proxy-ssl-verify": "on" },
    sets: ["failsClosed true"],
    finds: ["refused AccessRuleUnreadable proxy-ssl-verify: says nothing of the name"],
  },
  {
    says: { "proxy-ssl-verify": "on", "proxy-ssl-name": "inner.example", "proxy-ssl-secret": "shop/ca" },
    sets: ["backend.serverName inner.example", "failsClosed true"],
    finds: ["refused AccessRuleUnreadable proxy-ssl-secret: certificates of backends"],
  },
  { says: { "proxy-ssl-secret": "shop/ca" }, finds: ["refused AnnotationNotServed proxy-ssl-secret: known"] },
  { says: { "service-upstream": "true" }, sets: ["serviceUpstream true"] },

  {
    says: { "proxy-connect-timeout": "7", "proxy-send-timeout": "120", "proxy-read-timeout": "3600" },
    sets: ["backend.timeouts.connect 7", "backend.timeouts.send 120", "backend.timeouts.read 3600"],
  },
  {
    says: { "proxy-read-timeout": "0" },
    finds: ['refused AnnotationInvalid proxy-read-timeout: "0" is not between 1'],
  },
  { says: { "proxy-read-timeout": "9999999999" }, finds: ["refused AnnotationInvalid proxy-read-timeout"] },
  { says: { "proxy-read-timeout": "60s" }, finds: ['refused AnnotationInvalid proxy-read-timeout: "60s" is no whole'] },
  { says: { "proxy-next-upstream-tries": "1" }, sets: ["backend.connectRetries 0"] },
  { says: { "proxy-next-upstream-tries": "0" }, sets: ["backend.connectRetries 99"] },
  { says: { "proxy-next-upstream": "off" }, sets: ["backend.connectRetries 0"] },
  { says: { "proxy-next-upstream": "error timeout" } },
  {
    says: { "proxy-next-upstream": "error http_502" },
    finds: ["noted AnnotationServedOtherwise proxy-next-upstream: http_502 is not followed"],
  },
  { says: { "proxy-next-upstream": "error oops" }, finds: ["refused AnnotationInvalid proxy-next-upstream"] },

  { says: { "load-balance": "round_robin" } },
  { says: { "load-balance": "least_conn" }, sets: ["backend.balance.kind leastConnections"] },
  {
    says: { "load-balance": "ewma" },
    sets: ["backend.balance.kind leastConnections"],
    finds: ["noted AnnotationServedOtherwise load-balance"],
  },
  { says: { "load-balance": "ip_hash" }, sets: hash("clientAddress") },
  { says: { "load-balance": "fastest" }, finds: ["refused AnnotationInvalid load-balance"] },
  { says: { "upstream-hash-by": "$request_uri" }, sets: hash("uri") },
  { says: { "upstream-hash-by": `\${host}-x` }, sets: hash("host") },
  { says: { "upstream-hash-by": "$http_x_user_id" }, sets: hash("header", "x-user-id") },
  { says: { "upstream-hash-by": "$arg_id", "load-balance": "ewma" }, sets: hash("query", "id") },
  { says: { "upstream-hash-by": "$cookie_sid" }, sets: hash("cookie", "sid") },
  {
    says: { "upstream-hash-by": "$host$uri" },
    finds: ['refused AnnotationInvalid upstream-hash-by: "$host$uri" has several'],
  },
  { says: { "upstream-hash-by": "same" }, finds: ["refused AnnotationInvalid upstream-hash-by"] },
  {
    says: { "upstream-hash-by": "$pid" },
    finds: ['refused AnnotationInvalid upstream-hash-by: "$pid" has $pid in it'],
  },

  { says: { affinity: "cookie" }, sets: cookie() },
  {
    says: {
      affinity: "cookie",
      "affinity-mode": "persistent",
      "session-cookie-name": "route",
      "session-cookie-path": "/shop",
      "session-cookie-domain": "Example.com",
      "session-cookie-max-age": "172800",
      "session-cookie-expires": "10",
      "session-cookie-samesite": "lax",
      "session-cookie-secure": "true",
      "session-cookie-change-on-failure": "true",
    },
    sets: cookie(
      "name route",
      "path /shop",
      "domain example.com",
      "maxAgeSeconds 172800",
      "sameSite Lax",
      "secure true",
      "changesOnFailure true",
    ),
  },
  {
    says: { affinity: "cookie", "session-cookie-expires": "60", "session-cookie-samesite": "None" },
    sets: cookie("maxAgeSeconds 60", "sameSite None", "secure true"),
  },
  {
    says: { affinity: "cookie", "affinity-mode": "balanced" },
    sets: cookie(),
    finds: ["noted AnnotationServedOtherwise affinity-mode"],
  },
  ...[
    ["session-cookie-name", "a;b"],
    ["session-cookie-name", 'a"b'],
    ["session-cookie-path", "/a;b"],
    ["session-cookie-path", "a"],
    ["session-cookie-max-age", "-1"],
    ["session-cookie-samesite", "Loose"],
  ].map(([name = "", bad = ""]) => ({
    says: { affinity: "cookie", [name]: bad },
    sets: cookie(),
    finds: [`refused AnnotationInvalid ${name}: `],
  })),
  { says: { affinity: "ip" }, finds: ["refused AnnotationInvalid affinity"] },
  {
    says: { "session-cookie-name": "x" },
    finds: ['noted AnnotationWithoutEffect session-cookie-name: has no effect without affinity: "cookie"'],
  },

  { says: { "enable-cors": "true" }, sets: cors() },
  {
    says: {
      "enable-cors": "true",
      "cors-allow-origin": "https://A.example:8443, http://*.b.example",
      "cors-allow-methods": "get, POST",
      "cors-allow-headers": "X-One,X_Two",
      "cors-expose-headers": "*, X-Three",
      "cors-allow-credentials": "false",
      "cors-max-age": "600",
    },
    sets: cors(
      "origins [https://a.example:8443, http://*.b.example]",
      "methods [GET, POST]",
      "headers [X-One, X_Two]",
      "exposed [*, X-Three]",
      "credentials false",
      "maxAgeSeconds 600",
    ),
  },
  ...[
    ["cors-allow-origin", "https://a.example/path"],
    ["cors-allow-origin", "https://a.example;"],
    ["cors-allow-methods", "GET;"],
    ["cors-allow-headers", "X One"],
    ["cors-max-age", "-1"],
  ].map(([name = "", bad = ""]) => ({
    says: { "enable-cors": "true", [name]: bad },
    finds: [`refused AnnotationInvalid ${name}: `],
  })),
  { says: { "cors-allow-origin": "*" }, finds: ["noted AnnotationWithoutEffect cors-allow-origin"] },

  { says: { "default-backend": "sorry" }, sets: ["fallbackService shop/sorry"] },
  {
    says: { "default-backend": "none" },
    finds: ["refused AnnotationInvalid default-backend: there is no Service shop/none"],
  },
  { says: { "default-backend": "other/sorry" }, finds: ["refused AnnotationInvalid default-backend"] },
  {
    says: { "default-backend": "sorry", "custom-http-errors": "404, 503" },
    sets: [
      "fallbackService shop/sorry",
      "filters.errorPages.codes [404, 503]",
      "filters.errorPages.backend shop/sorry:8080",
    ],
  },
  {
    says: { "custom-http-errors": "404" },
    finds: ["noted AnnotationWithoutEffect custom-http-errors: has no effect without default-backend"],
  },
  {
    says: { "default-backend": "sorry", "custom-http-errors": "200" },
    sets: ["fallbackService shop/sorry"],
    finds: ["refused AnnotationInvalid custom-http-errors"],
  },

  { says: { canary: "true", "canary-weight": "20" }, sets: canary("weight 20") },
  {
    says: { canary: "true", "canary-weight": "20", "canary-weight-total": "1000" },
    sets: canary("weight 20", "weightTotal 1000"),
  },
  {
    says: { canary: "true", "canary-weight": "120" },
    sets: canary("weight 100"),
    finds: ["noted AnnotationServedOtherwise canary-weight"],
  },
  {
    says: { canary: "true", "canary-weight": "-1" },
    sets: canary(),
    finds: ["refused AnnotationInvalid canary-weight"],
  },
  {
    says: { canary: "true", "canary-weight": "5", "canary-weight-total": "0" },
    sets: canary(),
    finds: ["refused AnnotationInvalid canary-weight-total"],
  },
  {
    says: { canary: "true", "canary-by-header": "X-Canary", "canary-by-cookie": "beta" },
    sets: canary("header.name x-canary", "cookie beta"),
  },
  {
    says: { canary: "true", "canary-by-header": "X-Canary", "canary-by-header-value": "v2" },
    sets: canary("header.name x-canary", "header.value v2"),
  },
  {
    says: { canary: "true", "canary-by-header": "X-Canary", "canary-by-header-pattern": "v[23]" },
    sets: canary("header.name x-canary", "header.pattern v[23]"),
  },
  ...["(", "(a+)+$"].map((bad) => ({
    says: { canary: "true", "canary-by-header": "X-Canary", "canary-by-header-pattern": bad },
    sets: canary(),
    finds: ["refused AnnotationInvalid canary-by-header-pattern: "],
  })),
  {
    says: { "canary-weight": "20" },
    finds: ['noted AnnotationWithoutEffect canary-weight: has no effect without canary: "true"'],
  },
  {
    says: {
      canary: "true",
      "proxy-body-size": "1g",
      "load-balance": "least_conn",
      "use-regex": "true",
      "allowlist-source-range": "oops",
    },
    sets: [...canary(), "backend.balance.kind leastConnections", "usesPatterns true"],
    finds: [
      "noted AnnotationWithoutEffect proxy-body-size: the Ingress is a canary",
      "noted AnnotationWithoutEffect allowlist-source-range: the Ingress is a canary",
    ],
  },
];

for (const { says, sets = [], finds = [] } of rows) {
  test(`annotations ${JSON.stringify(says)}`, () => {
    const settings = readAnnotations(ingress(says), world);
    assert.deepEqual(gistOf(settings), sets.toSorted());
    assert.deepEqual(foundLike(settings, finds), finds);
  });
}

test("every annotation of backends, CORS, errors and canaries has a row", () => {
  const groups = [protocolAnnotations, timeoutAnnotations, balancingAnnotations, affinityAnnotations];
  const more = [corsAnnotations, errorAnnotations, canaryAnnotations];
  assert.deepEqual(withoutRow(rows, [...groups, ...more].flat()), []);
});
