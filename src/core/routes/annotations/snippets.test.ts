import assert from "node:assert/strict";
import { test } from "node:test";
import { readAnnotations } from "./read-annotations.ts";
import { ingress, lookups } from "./specimens.ts";

/** A directive, and what its refusal says to write. */
const rows: readonly (readonly [string, string])[] = [
  ['more_set_headers "X-Frame-Options: DENY";', '"X-Frame-Options": "DENY"'],
  ['more_set_headers -s 404 "X-A: b";', '"X-A": "b"'],
  ['add_header X-A "b c" always;', 'custom-headers with the name of a ConfigMap that has "X-A": "b c"'],
  ["return 301 https://new.example$request_uri;", 'write permanent-redirect: "https://new.example$request_uri"'],
  ["return 308 https://new.example/;", 'permanent-redirect-code: "308"'],
  ["return 302 /x;", 'write temporal-redirect: "/x"'],
  ["return 307 /x;", 'temporal-redirect-code: "307"'],
  ["return https://new.example/;", 'write temporal-redirect: "https://new.example/"'],
  ["rewrite ^/(.*)$ https://new.example/$1 permanent;", 'write permanent-redirect: "https://new.example$request_uri"'],
  [
    "rewrite ^/old$ https://new.example/x redirect;",
    'temporal-redirect: "https://new.example/x" on an Ingress for path "^/old$"',
  ],
  ["rewrite ^/old/(.*)$ https://new.example/$1 permanent;", "a redirect has no captures"],
  ["rewrite ^/api/(.*)$ /$1 break;", 'write rewrite-target: "/$1" on an Ingress for path "^/api/(.*)$"'],
  ["proxy_set_header Host inner.example;", 'write upstream-vhost: "inner.example"'],
  ["proxy_set_header X-Forwarded-Prefix /shop;", 'write x-forwarded-prefix: "/shop"'],
  ["proxy_set_header X-Real-IP $remote_addr;", "backends get it"],
  ["proxy_set_header Upgrade $http_upgrade;", "connections are upgraded"],
  ["proxy_set_header X-Mine 1;", "nothing can be written yet"],
  ["client_max_body_size 20m;", 'write proxy-body-size: "20m"'],
  ["proxy_read_timeout 300s;", 'write proxy-read-timeout: "300"'],
  ["gzip on;", "nothing can be written yet"],
  ['if ($http_user_agent ~* "bot") { return 301 /x; }', "what holds under a condition has no annotation"],
  ["# a comment; deny all;\ngzip on;", '"gzip on"'],
  ['set $a "}{;', "nothing can be written yet"],
  ["", "Leave it out"],
];

for (const [text, instead] of rows) {
  test(`the snippet ${JSON.stringify(text)} is refused, and its routes go on`, () => {
    const settings = readAnnotations(ingress({ "configuration-snippet": text }), lookups());
    const [finding, ...others] = settings.findings;
    assert.deepEqual(others, []);
    assert.equal(finding?.because, "SnippetRefused");
    assert.ok(finding?.message.includes(instead), finding?.message);
    assert.equal(settings.failsClosed, false);
  });
}

const guarding = [
  "deny 192.0.2.0/24;",
  "allow 10.0.0.0/8; deny all;",
  "return 403;",
  "if ($http_x_key != s) { return 401; }",
  'location /admin { auth_basic "x"; auth_basic_user_file /x; }',
  "auth_request /check;",
  "ssl_verify_client on;",
  `gzip on; ${"# more\n".repeat(5000)}`,
];

for (const text of guarding) {
  test(`the snippet ${JSON.stringify(text.slice(0, 60))} kept somebody out: nobody comes in`, () => {
    for (const name of ["configuration-snippet", "server-snippet"])
      assert.equal(readAnnotations(ingress({ [name]: text }), lookups()).failsClosed, true);
    const canary = readAnnotations(ingress({ canary: "true", "server-snippet": text }), lookups());
    assert.equal(canary.failsClosed, false);
  });
}

test("every kind of snippet is refused by its name", () => {
  for (const name of ["configuration", "server", "stream", "auth", "modsecurity"]) {
    const { findings } = readAnnotations(ingress({ [`${name}-snippet`]: "x y;" }), lookups());
    assert.deepEqual(
      findings.map(({ because, origin }) => [because, origin.field]),
      [["SnippetRefused", `metadata.annotations[nginx.ingress.kubernetes.io/${name}-snippet]`]],
    );
  }
});
