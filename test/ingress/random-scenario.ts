import type { Ask, Scenario } from "./scenario.ts";

type Random = () => number;

/** Ingresses that may contradict each other, and requests that may concern them; nothing is expected of them but that all judges agree. */
export function randomScenario(
  random: Random,
  name: string,
): { readonly scenario: Scenario; readonly asks: readonly Ask[] } {
  const some = (most: number): number => 1 + Math.floor(random() * most);
  const objects = Array.from({ length: some(4) }, (_, index) => randomIngress(random, index));
  const nothing = new Map<string, never>();
  const services: Scenario["services"] = random() < 0.3 ? new Map([["blue", { pods: 0, protocol: "http" }]]) : nothing;
  const scenario: Scenario = {
    ...{ name, about: "", services, certificates: nothing, requests: [], told: nothing, skip: nothing },
    objects,
  };
  return { scenario, asks: Array.from({ length: 25 }, () => randomAsk(random)) };
}

const pickBy =
  (random: Random) =>
  <T>(first: T, ...more: readonly T[]): T =>
    more[Math.floor(random() * (more.length + 1)) - 1] ?? first;

const hosts = ["a.example", "b.a.example", "*.a.example", "*.example", "www.a.example"];

function randomIngress(random: Random, index: number): unknown {
  const pick = pickBy(random);
  const usesPatterns = random() < 0.25;
  const paths = () =>
    Array.from({ length: 1 + Math.floor(random() * 3) }, () => ({
      ...randomPath(random, usesPatterns),
      backend: backend(pick("red", "green", "blue")),
    }));
  const rules = Array.from({ length: 1 + Math.floor(random() * 2) }, () => ({
    ...(random() < 0.8 ? { host: pick("a.example", ...hosts) } : {}),
    http: { paths: paths() },
  }));
  const annotations = Object.fromEntries(
    [
      ...(usesPatterns ? [["use-regex", "true"]] : []),
      ...(random() < 0.6 ? [randomAnnotation(random)] : []),
      ...(index > 0 && random() < 0.25 ? canary(random) : []),
    ].map(([key, value]) => [`nginx.ingress.kubernetes.io/${key}`, value]),
  );
  return {
    kind: "Ingress",
    metadata: { name: `ingress-${index}`, annotations },
    spec: { rules, ...(random() < 0.2 ? { defaultBackend: backend("grey") } : {}) },
  };
}

const backend = (service: string): unknown => ({ service: { name: service, port: { number: 80 } } });

function randomPath(random: Random, usesPatterns: boolean): { readonly path: string; readonly pathType: string } {
  const pick = pickBy(random);
  if (usesPatterns && random() < 0.7) {
    const path = pick("/a(/|$)(.*)", "/[ab]+/(.*)", "/(a|b)/.*", "/a.c", "/x$", "/A", "/(.*)");
    return { path, pathType: "ImplementationSpecific" };
  }
  const path = pick("/", "/a", "/a/", "/a/b", "/b", "/ab", "/A", "/a%20b", "/ä", "/a;b");
  return { path, pathType: pick("Prefix", "Prefix", "Exact", "ImplementationSpecific") };
}

function randomAnnotation(random: Random): readonly [string, string] {
  const pick = pickBy(random);
  return pick<readonly [string, string]>(
    ["rewrite-target", "/new"],
    ["rewrite-target", "/x/$1"],
    ["rewrite-target", "/$2"],
    ["whitelist-source-range", "127.0.0.8"],
    ["denylist-source-range", "127.0.0.8/31"],
    ["permanent-redirect", "https://else.example/x"],
    ["temporal-redirect", "http://else.example/y"],
    ["app-root", "/start"],
    ["server-alias", "alias.example"],
    ["from-to-www-redirect", "true"],
    ["force-ssl-redirect", "true"],
    ["enable-cors", "true"],
    ["cors-allow-origin", "https://x.example"],
    ["upstream-vhost", "inner.example"],
    ["x-forwarded-prefix", "/outer"],
    ["proxy-body-size", "8"],
    ["backend-protocol", "nonsense"],
    ["default-backend", "red"],
    ["custom-headers", "default/none"],
    ["configuration-snippet", "deny all;"],
    ["cors-allow-credentials", "false"],
    ["auth-type", "basic"],
  );
}

function canary(random: Random): readonly (readonly [string, string])[] {
  const pick = pickBy(random);
  const how = pick<readonly [string, string]>(
    ["canary-by-header", "X-Canary"],
    ["canary-by-cookie", "canary"],
    ["canary-weight", "100"],
    ["canary-weight", "0"],
  );
  return [["canary", "true"], how];
}

function randomAsk(random: Random): Ask {
  const pick = pickBy(random);
  const segment = () =>
    pick("a", "b", "ab", "A", "c", "x", "..", ".", "", "%61", "%2e", "a%20b", "a;b", "%c3%a4", "%2f", "%", "abc");
  const path = `/${Array.from({ length: Math.floor(random() * 4) }, segment).join("/")}`;
  const headers = [
    ...(random() < 0.3 ? [["x-canary", pick("always", "never", "else")] as const] : []),
    ...(random() < 0.2 ? [["cookie", `canary=${pick("always", "never")}`] as const] : []),
    ...(random() < 0.3 ? [["origin", pick("https://x.example", "https://y.example")] as const] : []),
  ];
  const method = pick("GET", "GET", "OPTIONS", "POST", "HEAD");
  return {
    method,
    scheme: pick("http", "http", "http", "https"),
    host: pick(
      "a.example",
      "A.example",
      "b.a.example",
      "c.a.example",
      "d.c.a.example",
      "www.a.example",
      "example",
      "alias.example",
      "z.example:81",
    ),
    target: path + pick("", "", "?x=1", "?a=%zz&/../", "?"),
    headers: new Map(headers),
    body: method === "POST" ? "x".repeat(Math.floor(random() * 12)) : "",
    from: pick("127.0.0.8", "127.0.0.9", "127.0.0.10"),
    upgrade: undefined,
    version: 1,
    serverName: undefined,
  };
}
