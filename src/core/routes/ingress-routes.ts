import type { HTTPIngressPath, IngressBackend } from "#api/networking/ingress/spec.ts";
import type { EntryDraft } from "./entry-draft.ts";
import { readHost } from "./ingress-host.ts";
import { readPath } from "./ingress-path.ts";
import type { HostPattern, PathMatch, Route, Target } from "./route-table.ts";
import { showValue } from "./shown-value.ts";

/** Routes of the rules, of the default backend, and of what annotations add: all that the Ingress asks for, host by host. */
export function addRoutes(draft: EntryDraft): void {
  for (const [i, rule] of (draft.ingress.spec.rules ?? []).entries()) {
    const host = readHost(rule.host);
    if (host === undefined) {
      draft.refuse(
        `spec.rules[${i}].host`,
        "HostInvalid",
        `${showValue(rule.host ?? "")} is no DNS name; nothing of this rule is served`,
      );
      continue;
    }
    draft.claim(host);
    for (const [j, path] of (rule.http?.paths ?? []).entries()) {
      const field = `spec.rules[${i}].http.paths[${j}]`;
      const reading = readPath(path.path, path.pathType, draft.settings.usesPatterns);
      if (reading.kind === "refused") {
        draft.refuse(
          `${field}.path`,
          reading.because,
          `${showValue(path.path ?? "")} ${reading.problem}; this path is not served`,
        );
        continue;
      }
      if (draft.settings.usesPatterns && reading.match.kind !== "pattern") noteUnusedPattern(draft, path, field);
      const to = targetOf(draft, path.backend, `${field}.backend`);
      draft.claim(host, routeOf(draft, { host, field, match: reading.match, place: `${padded(i)}.${padded(j)}`, to }));
    }
  }
  addAppRoot(draft);
  addDefaultRoutes(draft);
  addAliases(draft);
  addWwwRedirects(draft);
}

/** In ingress-nginx patterns go with every type of path. */
function noteUnusedPattern(draft: EntryDraft, { path = "", pathType }: HTTPIngressPath, field: string): void {
  if (!/[()[\]*^|]|\$$/.test(path)) return;
  const message = `${showValue(path)} is taken as it stands, since its pathType is ${pathType}; patterns need ImplementationSpecific`;
  draft.note(`${field}.path`, "PatternInvalid", message);
}

interface RouteDraft {
  readonly host: HostPattern;
  readonly field: string;
  readonly match: PathMatch;
  /** Orders the routes of one Ingress. */
  readonly place: string;
  readonly to: Target;
  /** Gives way to every route of the same match that somebody has asked for in a rule. */
  readonly isLast?: boolean;
  /** Behind the field in the route's id. */
  readonly suffix?: string;
}

function routeOf(draft: EntryDraft, { host, field, match, place, to, isLast, suffix = "" }: RouteDraft): Route {
  return {
    id: `${draft.name}#${field}${suffix}`,
    host,
    match: { path: match, headers: [], query: [], cookies: [] },
    seniority: `${isLast === true ? "~" : ""}${draft.seniority} ${place}`,
    filters: draft.settings.filters,
    to,
    origin: draft.origin(field),
  };
}

const padded = (index: number): string => String(index).padStart(5, "0");
const annotation = (name: string): string => `metadata.annotations[nginx.ingress.kubernetes.io/${name}]`;

/** What requests for a backend of the spec get. */
function targetOf(draft: EntryDraft, backend: IngressBackend, field: string): Target {
  const { redirect, failsClosed } = draft.settings;
  if (failsClosed) return closed;
  if (redirect !== undefined) return { kind: "redirect", ...redirect };
  return draft.targetOf(backend, draft.origin(field));
}
const closed: Target = { kind: "answer", status: 503, because: "AccessRuleUnreadable" };

/** Its hosts have it as their last route, and so has a host that nobody knows. */
function addDefaultRoutes(draft: EntryDraft): void {
  const { defaultBackend } = draft.ingress.spec;
  if (defaultBackend === undefined) return;
  const field = "spec.defaultBackend";
  const to = targetOf(draft, defaultBackend, field);
  const match = { kind: "prefix", value: "" } as const;
  for (const host of new Set([...draft.hosts, "*"])) {
    const suffix = host === "*" ? "" : `?host=${host}`;
    draft.claim(host, routeOf(draft, { host, field, match, place: "default", to, isLast: true, suffix }));
  }
}

/** Before the Ingress' own routes: they may well have the path `/`. */
function addAppRoot(draft: EntryDraft): void {
  const { appRoot, canary, failsClosed } = draft.settings;
  if (appRoot === undefined || canary !== undefined || failsClosed) return;
  const to: Target = { kind: "redirect", status: 302, to: { kind: "parts", path: appRoot } };
  const match = { kind: "exact", value: "/" } as const;
  for (const host of draft.hosts) {
    const field = annotation("app-root");
    draft.claim(host, routeOf(draft, { host, field, match, place: "-", to, suffix: `?host=${host}` }));
  }
}

/** An alias has the routes of every host of the Ingress. */
function addAliases(draft: EntryDraft): void {
  const hosts = draft.hosts.filter((host) => host !== "*");
  for (const alias of draft.settings.aliases) {
    const [first] = hosts;
    if (first === undefined || hosts.includes(alias)) continue;
    draft.furtherNames.set(alias, { host: first, field: annotation("server-alias") });
    for (const host of hosts)
      for (const route of draft.routesOf(host))
        draft.claim(alias, { ...route, id: `${route.id.split("?")[0]}?host=${alias}`, host: alias });
  }
}

/** `www.` and the name without it: the one that the Ingress doesn't have is sent to the other. */
function addWwwRedirects(draft: EntryDraft): void {
  if (!draft.settings.redirectsWww || draft.settings.canary !== undefined) return;
  const field = annotation("from-to-www-redirect");
  const match = { kind: "prefix", value: "" } as const;
  for (const host of draft.hosts.filter((one) => !one.startsWith("*"))) {
    const other = host.startsWith("www.") ? host.slice("www.".length) : `www.${host}`;
    if (draft.hosts.includes(other)) continue;
    const to: Target = { kind: "redirect", status: 308, to: { kind: "parts", host } };
    draft.furtherNames.set(other, { host, field });
    draft.claim(
      other,
      routeOf(draft, { host: other, field, match, place: "www", to, isLast: true, suffix: `?host=${other}` }),
    );
  }
}
