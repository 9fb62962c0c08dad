import assert from "node:assert/strict";
import { test } from "node:test";
import { basicAuthAnnotations } from "./basic-auth.ts";
import { externalAuthAnnotations } from "./external-auth.ts";
import { rateLimitAnnotations } from "./rate-limit.ts";
import { readAnnotations } from "./read-annotations.ts";
import { sourceAnnotations } from "./sources.ts";
import { foundLike, gistOf, ingress, lookups, type Row, withoutRow } from "./specimens.ts";

const sha = "{SHA}/vNB+F2HQ559kaLUZbmHHvZrXpg=";
const world = lookups({
  secrets: {
    "shop/users": { auth: `# staff\nann:${sha}\r\nbob:plain\n` },
    "shop/map": { ann: sha, bob: `${sha}\n`, eve: `${sha}\nmallory:${sha}` },
    "shop/empty": { auth: "" },
    "shop/other": { passwords: `ann:${sha}` },
    "shop/broken": { auth: "no colon\n" },
    "there/users": { auth: `ann:${sha}` },
  },
});

const closed = "failsClosed true";
const basic = (users: string, realm = "Authentication Required"): readonly string[] => [
  `filters.basicAuth.realm ${realm}`,
  `filters.basicAuth.users ${users}`,
];
const url = "http://auth.shop.svc.cluster.local/check";
const asked = (text = `[${url}]`, headers = "[]"): readonly string[] => [
  `filters.externalAuth.url ${text}`,
  `filters.externalAuth.responseHeaders ${headers}`,
];
const kept = "filters.externalAuth.cache";

const rows: readonly Row[] = [
  {
    says: { "allowlist-source-range": "10.0.0.0/8, 192.0.2.7,fd00::/8" },
    sets: ["filters.sources.allow [10.0.0.0/8, 192.0.2.7/32, fd00::/8]", "filters.sources.deny []"],
  },
  {
    says: { "whitelist-source-range": "10.1.2.3/8" },
    sets: ["filters.sources.allow [10.0.0.0/8]", "filters.sources.deny []"],
  },
  {
    says: { "allowlist-source-range": "10.0.0.0/8", "whitelist-source-range": "0.0.0.0/0" },
    sets: ["filters.sources.allow [10.0.0.0/8]", "filters.sources.deny []"],
    finds: [
      "noted AnnotationWithoutEffect whitelist-source-range: nginx.ingress.kubernetes.io/allowlist-source-range says",
    ],
  },
  {
    says: { "allowlist-source-range": "10.0.0.0/8, 300.0.0.0/8, x" },
    sets: ["filters.sources.allow [10.0.0.0/8]", "filters.sources.deny []"],
    finds: ['refused AnnotationInvalid allowlist-source-range: "300.0.0.0/8" in it is no address'],
  },
  ...["everybody", "", ",", "10.0.0.0/33", "010.0.0.0/8"].map((bad) => ({
    says: { "allowlist-source-range": bad },
    sets: [closed],
    finds: [`refused AccessRuleUnreadable allowlist-source-range: "${bad}"`],
  })),
  {
    says: { "denylist-source-range": "192.0.2.0/24" },
    sets: ["filters.sources.allow []", "filters.sources.deny [192.0.2.0/24]"],
  },
  {
    says: { "denylist-source-range": "192.0.2.0/24,198.51.100.1/x" },
    sets: [closed],
    finds: ['refused AccessRuleUnreadable denylist-source-range: "192.0.2.0/24,198.51.100.1/x" can\'t be followed'],
  },

  {
    says: { "auth-type": "basic", "auth-secret": "users", "auth-realm": 'The "shop"; {1} $a #' },
    sets: basic(`{ann: ${sha}}`, 'The "shop"; {1} $a #'),
    finds: ["refused AnnotationInvalid auth-secret: Secret shop/users: line 3: it has no hash"],
  },
  {
    says: { "auth-type": "basic", "auth-secret": "shop/map", "auth-secret-type": "auth-map" },
    sets: basic(`{ann: ${sha}, bob: ${sha}}`),
    finds: ['refused AnnotationInvalid auth-secret: Secret shop/map: entry "eve": it is not one hash'],
  },
  {
    says: { "auth-secret": "map", "auth-secret-type": "auth-map" },
    sets: basic(`{ann: ${sha}, bob: ${sha}}`),
    finds: ["noted AnnotationServedOtherwise auth-secret: passwords are asked for", "refused AnnotationInvalid"],
  },
  ...["none", "empty", "other", "broken", "there/users", "../users", "a/b/c", ""].map((secret) => ({
    says: { "auth-type": "basic", "auth-secret": secret },
    sets: [...basic("undefined"), closed],
    finds: ["refused AccessRuleUnreadable auth-secret: "],
  })),
  {
    says: { "auth-type": "basic", "auth-secret": "users", "auth-secret-type": "file" },
    sets: [...basic("undefined"), closed],
    finds: ['refused AccessRuleUnreadable auth-secret-type: "file" is none of the words'],
  },
  {
    says: { "auth-type": "digest" },
    sets: [closed],
    finds: ['refused AccessRuleUnreadable auth-type: "digest" is not served'],
  },
  {
    says: { "auth-type": "basic" },
    sets: [...basic("undefined"), closed],
    finds: ["refused AccessRuleUnreadable auth-type: asks for passwords"],
  },
  {
    says: { "auth-realm": "shop" },
    finds: ["noted AnnotationWithoutEffect auth-realm: has no effect without auth-secret"],
  },

  { says: { "auth-url": url }, sets: asked() },
  {
    says: { "auth-url": `https://$host/oauth2/auth?m=$request_method&x=\${arg_x}` },
    sets: asked("[https://, {host}, /oauth2/auth?m=, {method}, &x=, {queryParameter x}]"),
  },
  {
    says: { "auth-url": url, "auth-signin": "https://$host/start?rd=$escaped_request_uri" },
    sets: [...asked(), "filters.externalAuth.signIn [https://, {host}, /start?rd=, {escapedUri}]"],
  },
  {
    says: { "auth-url": url, "auth-signin": "/start?a=b", "auth-signin-redirect-param": "next" },
    sets: [...asked(), "filters.externalAuth.signIn [/start?a=b&next=, {scheme}, ://, {authority}, {escapedUri}]"],
  },
  {
    says: { "auth-url": url, "auth-signin": "//evil.example/" },
    sets: asked(),
    finds: ['refused AnnotationInvalid auth-signin: "//evil.example/" is no path'],
  },
  {
    says: { "auth-url": url, "auth-method": "post", "auth-response-headers": "X-User, X-Groups" },
    sets: [...asked(undefined, "[x-user, x-groups]"), "filters.externalAuth.method POST"],
  },
  {
    says: { "auth-url": url, "auth-response-headers": "X-User, X Groups" },
    sets: [...asked(), closed],
    finds: ["refused AccessRuleUnreadable auth-response-headers"],
  },
  {
    says: { "auth-url": url, "auth-method": "BREW" },
    sets: [...asked(), closed],
    finds: ["refused AccessRuleUnreadable auth-method"],
  },
  {
    says: { "auth-url": url, "auth-cache-key": "$remote_user$http_authorization$cookie_sid" },
    sets: [
      ...asked(),
      `${kept}.key [{header authorization}, {header authorization}, {cookie sid}]`,
      `${kept}.seconds [{"statuses":[200,202,401],"seconds":300}]`,
    ],
  },
  {
    says: { "auth-url": url, "auth-cache-key": "k", "auth-cache-duration": "200 202 10m, 401 1h 30m,any 1500ms" },
    sets: [
      ...asked(),
      `${kept}.key [k]`,
      `${kept}.seconds [{"statuses":[200,202],"seconds":600}, {"statuses":[401],"seconds":5400}, {"statuses":"any","seconds":1}]`,
    ],
  },
  {
    says: { "auth-url": url, "auth-cache-key": "k", "auth-cache-duration": "10m 200" },
    sets: asked(),
    finds: ["refused AnnotationInvalid auth-cache-duration"],
  },
  ...[
    "ftp://a.example/",
    "http://127.0.0.1/",
    "http://localhost:8080/",
    "http://[::1]/",
    "http://[::ffff:169.254.169.254]/",
    "http://169.254.169.254/latest/meta-data",
    "http://metadata.google.internal/",
    "https://kubernetes.default.svc/",
    "https://kubernetes.default.svc.cluster.local/",
    "http://0x7f000001/",
    "http://2130706433/",
    "http://user@auth.example/",
    "http://$http_x_host/",
    "http://auth.example/$upstream_addr",
    "auth.example",
    "",
  ].map((bad) => ({
    says: { "auth-url": bad },
    sets: [closed],
    finds: ["refused AccessRuleUnreadable auth-url: "],
  })),
  {
    says: { "auth-signin": "/x" },
    finds: ["noted AnnotationWithoutEffect auth-signin: has no effect without auth-url"],
  },

  {
    says: { "limit-rps": "10", "limit-whitelist": "10.0.0.0/8" },
    sets: [
      "filters.rateLimit.perSecond 10",
      "filters.rateLimit.burstFactor 5",
      "filters.rateLimit.exempt [10.0.0.0/8]",
      "filters.rateLimit.status 503",
    ],
  },
  {
    says: { "limit-rpm": "300", "limit-connections": "4", "limit-burst-multiplier": "2", "limit-allowlist": "x" },
    sets: [
      "filters.rateLimit.perMinute 300",
      "filters.rateLimit.connections 4",
      "filters.rateLimit.burstFactor 2",
      "filters.rateLimit.exempt []",
      "filters.rateLimit.status 503",
    ],
    finds: ["refused AnnotationInvalid limit-allowlist"],
  },
  { says: { "limit-rps": "0" } },
  { says: { "limit-rps": "-5" }, finds: ['refused AnnotationInvalid limit-rps: "-5" is not between 0'] },
  { says: { "limit-rps": "99999999999999999999" }, finds: ["refused AnnotationInvalid limit-rps"] },
  { says: { "limit-rps": "1e3" }, finds: ['refused AnnotationInvalid limit-rps: "1e3" is no whole number'] },
];

for (const { says, sets = [], finds = [] } of rows) {
  test(`annotations ${JSON.stringify(says)}`, () => {
    const settings = readAnnotations(ingress(says), world);
    assert.deepEqual(gistOf(settings), sets.toSorted());
    assert.deepEqual(foundLike(settings, finds), finds);
  });
}

test("every annotation of who may come in, and how often, has a row", () => {
  const groups = [sourceAnnotations, basicAuthAnnotations, externalAuthAnnotations, rateLimitAnnotations];
  assert.deepEqual(withoutRow(rows, groups.flat()), []);
});

for (const host of ["", "*.example.com"]) {
  test(`auth-url asks the client's own host for a rule of host "${host}" only where that is a name of it`, () => {
    const settings = readAnnotations(ingress({ "auth-url": "https://$host/auth" }, [host]), world);
    assert.equal(settings.failsClosed, host === "");
  });
}

test("a Secret that was looked for is read, there or not", () => {
  for (const secret of ["users", "none"]) {
    const { reads } = readAnnotations(ingress({ "auth-type": "basic", "auth-secret": secret }), world);
    assert.deepEqual(reads, [{ kind: "Secret", name: `shop/${secret}` }]);
  }
});
