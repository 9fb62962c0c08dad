import assert from "node:assert/strict";
import { test } from "node:test";
import { bodyAnnotations } from "./body.ts";
import { headerAnnotations } from "./headers.ts";
import { httpsAnnotations } from "./https.ts";
import { pathAnnotations } from "./paths.ts";
import { readAnnotations } from "./read-annotations.ts";
import { redirectAnnotations } from "./redirects.ts";
import { foundLike, gistOf, ingress, lookups, type Row, withoutRow } from "./specimens.ts";

const world = lookups({
  configMaps: {
    "shop/headers": { "X-Frame-Options": "DENY", "Content-Length": "3", "a b": "c", "X-Two": "a\nb", "X-Six": "é" },
  },
});

const rows: readonly Row[] = [
  { says: { "rewrite-target": "/" }, sets: ["filters.rewrite.path.kind whole", "filters.rewrite.path.value /"] },
  {
    says: { "rewrite-target": "/api/$2" },
    sets: ["filters.rewrite.path.kind pattern", "filters.rewrite.path.value /api/$2", "usesPatterns true"],
  },
  {
    says: { "rewrite-target": "$1" },
    sets: ["filters.rewrite.path.kind pattern", "filters.rewrite.path.value $1", "usesPatterns true"],
  },
  {
    says: { "rewrite-target": `/a;b{}'"$` },
    sets: ["filters.rewrite.path.kind whole", `filters.rewrite.path.value /a;b{}'"$`],
  },
  {
    says: { "rewrite-target": "/x?debug=1" },
    sets: ["filters.rewrite.path.kind whole", "filters.rewrite.path.value /x?debug=1"],
  },
  ...["/../x", "//x", "/a\\b", "/a#b", "/%zz", "relative"].map((bad) => ({
    says: { "rewrite-target": bad },
    finds: ['refused AnnotationInvalid rewrite-target: "'],
  })),
  {
    says: { "rewrite-target": "https://a.example/" },
    finds: ['refused AnnotationInvalid rewrite-target: "https://a.example/" is a URL'],
  },
  {
    says: { "rewrite-target": "/$host" },
    finds: ['refused AnnotationInvalid rewrite-target: "/$host" has $host in it'],
  },
  { says: { "rewrite-target": "/a b" }, finds: ['refused AnnotationInvalid rewrite-target: "/a b" has a space'] },
  { says: { "use-regex": "true" }, sets: ["usesPatterns true"] },
  { says: { "use-regex": "maybe" }, finds: ['refused AnnotationInvalid use-regex: "maybe" is neither true nor false'] },
  { says: { "upstream-vhost": "Internal.example:8080" }, sets: ["filters.rewrite.host internal.example:8080"] },
  { says: { "upstream-vhost": "a b" }, finds: ['refused AnnotationInvalid upstream-vhost: "a b" is no host'] },
  { says: { "app-root": "/login" }, sets: ["appRoot /login"] },
  { says: { "app-root": "//evil.example" }, finds: ["refused AnnotationInvalid app-root"] },
  { says: { "app-root": "/\\evil.example" }, finds: ["refused AnnotationInvalid app-root"] },
  { says: { "app-root": "https://evil.example" }, finds: ["refused AnnotationInvalid app-root"] },
  { says: { "from-to-www-redirect": "true" }, sets: ["redirectsWww true"] },
  { says: { "from-to-www-redirect": "on" }, finds: ["refused AnnotationInvalid from-to-www-redirect"] },
  { says: { "server-alias": "Shop.example, www.shop.example" }, sets: ["aliases [shop.example, www.shop.example]"] },
  {
    says: { "server-alias": "*.shop.example" },
    finds: ['refused AnnotationInvalid server-alias: "*.shop.example" can\'t be followed'],
  },
  { says: { "server-alias": "~^www\\d+$" }, finds: ["refused AnnotationInvalid server-alias"] },

  {
    says: { "permanent-redirect": "https://new.example/x?y=1#z" },
    sets: ["redirect.status 301", "redirect.to.kind location", "redirect.to.location https://new.example/x?y=1#z"],
  },
  {
    says: { "permanent-redirect": "https://new.example$request_uri", "permanent-redirect-code": "308" },
    sets: ["redirect.status 308", "redirect.to.kind parts", "redirect.to.scheme https", "redirect.to.host new.example"],
  },
  {
    says: { "permanent-redirect": "https://new.example:8443/$request_uri" },
    sets: [
      "redirect.status 301",
      "redirect.to.kind parts",
      "redirect.to.scheme https",
      "redirect.to.host new.example",
      "redirect.to.port 8443",
    ],
  },
  {
    says: { "permanent-redirect": "https://$host$request_uri" },
    sets: ["redirect.status 301", "redirect.to.kind parts", "redirect.to.scheme https"],
  },
  {
    says: { "permanent-redirect": "$scheme://new.example/x" },
    sets: ["redirect.status 301", "redirect.to.kind parts", "redirect.to.host new.example", "redirect.to.path /x"],
  },
  {
    says: { "permanent-redirect": "/here" },
    sets: ["redirect.status 301", "redirect.to.kind location", "redirect.to.location /here"],
  },
  ...[
    "//evil.example",
    "/\\evil.example",
    "https://user@evil.example/",
    "https://a.example:0/",
    "https://a.example:70000/",
    "https:///x",
    "javascript:alert(1)",
    "https://a.example\\@evil.example/",
    "http://127.1/",
    "https://[::1/",
  ].map((bad) => ({
    says: { "permanent-redirect": bad },
    finds: ["refused AnnotationInvalid permanent-redirect: "],
  })),
  {
    says: { "permanent-redirect": "https://a.example/$arg_next" },
    finds: ['refused AnnotationInvalid permanent-redirect: "https://a.example/$arg_next" has $arg_next in it'],
  },
  {
    says: { "permanent-redirect": "/x", "permanent-redirect-code": "200" },
    sets: ["redirect.status 301", "redirect.to.kind location", "redirect.to.location /x"],
    finds: ['refused AnnotationInvalid permanent-redirect-code: "200" is no status that redirects'],
  },
  {
    says: { "permanent-redirect-code": "308" },
    finds: ["noted AnnotationWithoutEffect permanent-redirect-code: has no effect without permanent-redirect"],
  },
  {
    says: { "temporal-redirect": "/now", "temporal-redirect-code": "307", "permanent-redirect": "/then" },
    sets: ["redirect.status 307", "redirect.to.kind location", "redirect.to.location /now"],
    finds: ["noted AnnotationWithoutEffect permanent-redirect: temporal-redirect wins"],
  },

  { says: { "ssl-redirect": "false" }, sets: ["httpsRedirect.when never"] },
  { says: { "ssl-redirect": "true" } },
  { says: { "force-ssl-redirect": "true", "ssl-redirect": "false" }, sets: ["httpsRedirect.when always"] },
  { says: { "force-ssl-redirect": "yes" }, finds: ["refused AnnotationInvalid force-ssl-redirect"] },
  { says: { "preserve-trailing-slash": "true" } },
  { says: { "ssl-passthrough": "true" }, sets: ["tlsPassthrough true"] },
  {
    says: { "ssl-passthrough": "true", "allowlist-source-range": "10.0.0.0/8" },
    sets: ["filters.sources.allow [10.0.0.0/8]", "filters.sources.deny []", "tlsPassthrough true"],
    finds: [
      "noted AnnotationServedOtherwise ssl-passthrough: TLS connections are passed on unread: allowlist-source-range hold",
    ],
  },

  { says: { "proxy-body-size": "8m" }, sets: ["filters.maxBodyBytes 8388608"] },
  { says: { "proxy-body-size": "16" }, sets: ["filters.maxBodyBytes 16"] },
  { says: { "proxy-body-size": "0" }, sets: ["no filters.maxBodyBytes"] },
  { says: { "proxy-body-size": "2G" }, sets: ["filters.maxBodyBytes 2147483648"] },
  { says: { "proxy-body-size": "8 MB" }, finds: ['refused AnnotationInvalid proxy-body-size: "8 MB" is no size'] },
  { says: { "proxy-body-size": "-1" }, finds: ["refused AnnotationInvalid proxy-body-size"] },
  {
    says: { "proxy-body-size": "99999999999999999999g" },
    finds: ['refused AnnotationInvalid proxy-body-size: "99999999999999999999g" is more bytes'],
  },
  { says: { "proxy-body-size": "" }, finds: ['refused AnnotationInvalid proxy-body-size: "" is empty'] },
  { says: { "client-body-buffer-size": "1M" } },
  { says: { "client-body-buffer-size": "much" }, finds: ["refused AnnotationInvalid client-body-buffer-size"] },
  { says: { "connection-proxy-header": "keep-alive" } },
  {
    says: { "connection-proxy-header": "close" },
    finds: ['refused AnnotationInvalid connection-proxy-header: "close" is not served'],
  },

  {
    says: { "x-forwarded-prefix": "/shop" },
    sets: [
      "filters.requestHeaders.remove []",
      "filters.requestHeaders.set [x-forwarded-prefix: /shop]",
      "filters.requestHeaders.add []",
    ],
  },
  { says: { "x-forwarded-prefix": "/a b" }, finds: ["refused AnnotationInvalid x-forwarded-prefix"] },
  {
    says: { "custom-headers": "headers" },
    sets: [
      "filters.responseHeaders.remove []",
      "filters.responseHeaders.set [x-frame-options: DENY]",
      "filters.responseHeaders.add []",
    ],
    finds: [
      'refused AnnotationInvalid custom-headers: ConfigMap shop/headers, entry "Content-Length": it belongs to the connection',
      'refused AnnotationInvalid custom-headers: ConfigMap shop/headers, entry "a b": is no header',
      'refused AnnotationInvalid custom-headers: ConfigMap shop/headers, entry "X-Two": its value has a line break',
      'refused AnnotationInvalid custom-headers: ConfigMap shop/headers, entry "X-Six": its value has a line break, or a character',
    ],
  },
  {
    says: { "custom-headers": "shop/none" },
    finds: ["refused AnnotationInvalid custom-headers: there is no ConfigMap shop/none"],
  },
  {
    says: { "custom-headers": "other/headers" },
    finds: ["refused AnnotationInvalid custom-headers: a ConfigMap of namespace other is not read"],
  },
];

for (const { says, sets = [], finds = [] } of rows) {
  test(`annotations ${JSON.stringify(says)}`, () => {
    const settings = readAnnotations(ingress(says), world);
    assert.deepEqual(gistOf(settings), sets.toSorted());
    assert.deepEqual(foundLike(settings, finds), finds);
  });
}

test("every annotation of paths, redirects, TLS, bodies and headers has a row", () => {
  const groups = [pathAnnotations, redirectAnnotations, httpsAnnotations, bodyAnnotations, headerAnnotations];
  assert.deepEqual(withoutRow(rows, groups.flat()), []);
});
