import type { Service } from "#api/core/service.ts";
import type { Ingress } from "#api/networking/ingress.ts";
import { defaultSettings } from "../default-settings.ts";
import type { IngressSettings } from "../ingress-settings.ts";
import { type Annotation, prefix } from "./annotation.ts";
import type { AnnotationLookups } from "./lookups.ts";

/** Objects by `namespace/name`: what is in them, Services by their port. */
export interface Objects {
  readonly secrets?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly configMaps?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly services?: Readonly<Record<string, number>>;
}

const metadata = {
  name: "web",
  namespace: "shop",
  uid: "1",
  resourceVersion: "1",
  creationTimestamp: "2026-11-01T10:00:00Z",
};

/** For tests: these objects are there. Entries of Secrets are written as they are read. */
export const lookups = ({ secrets = {}, configMaps = {}, services = {} }: Objects = {}): AnnotationLookups => ({
  defaults: defaultSettings,
  secret: (name) => {
    const entries = secrets[name];
    const data = Object.entries(entries ?? {}).map(([key, text]) => [key, new TextEncoder().encode(text).toBase64()]);
    return entries && { metadata, type: "Opaque", data: Object.fromEntries(data) };
  },
  configMap: (name) => configMaps[name] && { metadata, data: configMaps[name] },
  service: (name) => {
    const port = services[name];
    return port === undefined ? undefined : serviceOf(port);
  },
});

const serviceOf = (port: number): Service => ({
  metadata,
  spec: { type: "ClusterIP", ports: [{ port, protocol: "TCP", targetPort: port }], sessionAffinity: "None" },
  status: { loadBalancer: {} },
});

/** An Ingress `shop/web` for www.example.com; names of annotations without a prefix get ingress-nginx' own. */
export const ingress = (annotations: Readonly<Record<string, string>>, hosts = ["www.example.com"]): Ingress => ({
  metadata: {
    ...metadata,
    annotations: Object.fromEntries(
      Object.entries(annotations).map(([name, text]) => [name.includes("/") ? name : prefix + name, text]),
    ),
  },
  spec: { rules: hosts.map((host) => ({ host })) },
  status: { loadBalancer: {} },
});

/** Annotations, what of the settings is not as the defaults are, and what is found: `noted AnnotationUnknown proxy-body-sise: …`, by its start. */
export interface Row {
  readonly says: Readonly<Record<string, string>>;
  readonly sets?: readonly string[];
  readonly finds?: readonly string[];
}

/** The settings that differ from the defaults, one a line, sorted: `backend.timeouts.read 120`; `no filters.maxBodyBytes` where one is gone. */
export function gistOf(settings: IngressSettings): readonly string[] {
  const { reads, findings, ...rest } = settings;
  const usual = linesOf("", defaultSettings);
  const lines = linesOf("", rest);
  const named = (line: string): string => line.split(" ")[0] ?? "";
  const paths = new Set(lines.map(named));
  const gone = usual.map(named).filter((path) => !isMoved(path, paths));
  return [...lines.filter((line) => !usual.includes(line)), ...gone.map((path) => `no ${path}`)].toSorted();
}

/** Findings and reads are told of otherwise; an object in place of `undefined` has lines of its own. */
const isMoved = (path: string, paths: ReadonlySet<string>): boolean =>
  ["findings", "reads"].includes(path) || [...paths].some((one) => one === path || one.startsWith(`${path}.`));

/** Without the prefix of ingress-nginx. */
export const foundIn = ({ findings }: IngressSettings): readonly string[] =>
  findings.map(({ weight, because, message }) => `${weight} ${because} ${message.replace(prefix, "")}`);

/** The same, each cut to what `finds` has of it where it begins so: equal to `finds` where all do. */
export const foundLike = (settings: IngressSettings, finds: readonly string[]): readonly string[] =>
  foundIn(settings).map((found, i) => {
    const expected = finds[i];
    return expected !== undefined && found.startsWith(expected) ? expected : found;
  });

/** Those that no row has. */
export const withoutRow = (rows: readonly Row[], annotations: readonly Annotation[]): readonly string[] =>
  annotations
    .filter(({ names }) => !rows.some(({ says }) => names.some((name) => Object.hasOwn(says, name))))
    .map(({ names }) => names[0]);

function linesOf(path: string, entry: unknown): readonly string[] {
  if (entry instanceof Map) return [`${path} {${[...entry].map(([key, one]) => `${key}: ${one}`).join(", ")}}`];
  if (Array.isArray(entry)) return [`${path} [${entry.map(shown).join(", ")}]`];
  if (typeof entry !== "object" || entry === null) return [`${path} ${entry}`];
  return Object.entries(entry).flatMap(([key, one]) => linesOf(path === "" ? key : `${path}.${key}`, one));
}

/** A block as itself, a value of the request in braces, a header as a line. */
function shown(entry: unknown): string {
  if (typeof entry !== "object" || entry === null) return String(entry);
  const parts = new Map<string, unknown>(Object.entries(entry));
  const [text, kind, name, value] = ["text", "kind", "name", "value"].map((key) => parts.get(key));
  if (text !== undefined) return String(text);
  if (kind === "text") return String(value);
  if (kind !== undefined) return name === undefined ? `{${kind}}` : `{${kind} ${name}}`;
  return value === undefined ? JSON.stringify(entry) : `${name}: ${value}`;
}

/** A good value of every annotation that is served, but of canaries. */
export const fullIngress: Readonly<Record<string, string>> = {
  "rewrite-target": "/$1",
  "use-regex": "true",
  "upstream-vhost": "inner.example",
  "app-root": "/app",
  "from-to-www-redirect": "true",
  "server-alias": "shop.example",
  "temporal-redirect": "https://new.example$request_uri",
  "temporal-redirect-code": "307",
  "ssl-redirect": "true",
  "force-ssl-redirect": "true",
  "preserve-trailing-slash": "true",
  "ssl-passthrough": "false",
  "allowlist-source-range": "10.0.0.0/8",
  "denylist-source-range": "10.1.0.0/16",
  "auth-type": "basic",
  "auth-secret": "users",
  "auth-secret-type": "auth-file",
  "auth-realm": "shop",
  "auth-url": "https://auth.example/check",
  "auth-method": "GET",
  "auth-signin": "https://auth.example/start",
  "auth-signin-redirect-param": "next",
  "auth-response-headers": "X-User",
  "auth-cache-key": "$http_authorization",
  "auth-cache-duration": "200 5m",
  "limit-rps": "10",
  "limit-rpm": "100",
  "limit-connections": "20",
  "limit-burst-multiplier": "3",
  "limit-allowlist": "10.0.0.1",
  "enable-cors": "true",
  "cors-allow-origin": "https://a.example",
  "cors-allow-methods": "GET",
  "cors-allow-headers": "X-One",
  "cors-expose-headers": "X-Two",
  "cors-allow-credentials": "false",
  "cors-max-age": "60",
  "custom-headers": "headers",
  "x-forwarded-prefix": "/shop",
  "proxy-body-size": "8m",
  "client-body-buffer-size": "8k",
  "connection-proxy-header": "keep-alive",
  "backend-protocol": "HTTPS",
  "proxy-ssl-name": "inner.example",
  "proxy-ssl-server-name": "on",
  "proxy-ssl-verify": "off",
  "service-upstream": "true",
  "proxy-connect-timeout": "6",
  "proxy-send-timeout": "61",
  "proxy-read-timeout": "62",
  "proxy-next-upstream": "error timeout",
  "proxy-next-upstream-tries": "2",
  "load-balance": "least_conn",
  "upstream-hash-by": "$request_uri",
  affinity: "cookie",
  "affinity-mode": "persistent",
  "session-cookie-name": "route",
  "session-cookie-path": "/",
  "session-cookie-domain": "example.com",
  "session-cookie-max-age": "60",
  "session-cookie-expires": "60",
  "session-cookie-samesite": "Lax",
  "session-cookie-secure": "true",
  "session-cookie-change-on-failure": "true",
  "custom-http-errors": "404",
  "default-backend": "sorry",
};

/** The same of a canary. */
export const fullCanary: Readonly<Record<string, string>> = {
  canary: "true",
  "canary-by-header": "X-Canary",
  "canary-by-header-pattern": "v[12]",
  "canary-by-cookie": "beta",
  "canary-weight": "10",
  "canary-weight-total": "1000",
};

/** What those name. */
export const fullWorld: Objects = {
  secrets: { "shop/users": { auth: "ann:{SHA}/vNB+F2HQ559kaLUZbmHHvZrXpg=" } },
  configMaps: { "shop/headers": { "X-Frame-Options": "DENY" } },
  services: { "shop/sorry": 8080 },
};
