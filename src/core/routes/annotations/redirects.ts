import { showHost } from "#net/http1/authority.ts";
import type { IngressSettings } from "../ingress-settings.ts";
import type { RedirectStatus } from "../route-filters.ts";
import type { RedirectTarget } from "../route-table.ts";
import type { Annotation, Grammar, Reading } from "./annotation.ts";
import { value, wrong } from "./annotation.ts";
import { parseAuthority } from "./grammars/names.ts";
import { variableIn } from "./grammars/request-text.ts";
import { absolutePath, badAuthority, isOwnHost, piecesOf, type UrlPieces } from "./grammars/urls.ts";
import type { AnnotationReader } from "./reader.ts";

/** Where a redirect may lead: a URL written out, or one that keeps host, path and query of the request. */
const target: Grammar<RedirectTarget> = {
  shape: "a URL of http or https, or a path; $scheme, $host and, at the end, $request_uri keep those of the request",
  read: (text) => {
    if (text.startsWith("/")) {
      const path = absolutePath.read(text);
      return path.kind === "wrong" ? path : value({ kind: "location", location: text });
    }
    const pieces = piecesOf(text);
    return pieces.kind === "wrong" ? pieces : targetOf(text, pieces.value);
  },
};

const ownUri = /^\/?\$(request_uri|\{request_uri\})$/;

function targetOf(text: string, { scheme, authority: written, rest: path }: UrlPieces): Reading<RedirectTarget> {
  const [authority = "", ...uri] = written.split(/(?=\$(?:request_uri|\{request_uri\}))/);
  const rest = uri.join("") + path;
  const keepsHost = isOwnHost(authority);
  const parsed = keepsHost ? undefined : parseAuthority(authority);
  if (!keepsHost && parsed === undefined) return wrong(badAuthority);
  const variable = variableIn(ownUri.test(rest) ? "" : rest);
  if (variable !== undefined) return wrong(`has ${variable} in it, which is not served in this place; ${onlyThese}`);
  const keepsScheme = scheme.startsWith("$");
  if (!keepsHost && !keepsScheme && !ownUri.test(rest)) return value({ kind: "location", location: text });
  if (/[?#]/.test(rest)) return wrong(`has a query beside what it keeps of the request; ${onlyThese}`);
  const port = Number(/:(\d+)$/.exec(authority)?.[1] ?? Number.NaN);
  return value({
    kind: "parts",
    ...(scheme === "http" || scheme === "https" ? { scheme } : {}),
    ...(parsed === undefined ? {} : { host: showHost(parsed.host) }),
    ...(Number.isNaN(port) ? {} : { port }),
    ...(ownUri.test(rest) ? {} : { path: rest === "" ? "/" : rest }),
  });
}

const onlyThese = "write $scheme and $host in their places, and $request_uri at the end";

const status: Grammar<RedirectStatus> = {
  shape: "301, 302, 303, 307 or 308",
  read: (text) => {
    const found = ([301, 302, 303, 307, 308] as const).find((one) => String(one) === text);
    return found === undefined ? wrong("is no status that redirects; write 301, 302, 303, 307 or 308") : value(found);
  },
};

const temporal: Annotation<RedirectTarget> = {
  names: ["temporal-redirect"],
  grammar: target,
  fallback: "none",
  doc: "All requests are sent there, for now. It wins over permanent-redirect.",
};
const temporalCode: Annotation<RedirectStatus> = {
  names: ["temporal-redirect-code"],
  grammar: status,
  fallback: "302",
  needs: "temporal-redirect",
  doc: "The status of temporal-redirect.",
};
const permanent: Annotation<RedirectTarget> = {
  names: ["permanent-redirect"],
  grammar: target,
  fallback: "none",
  doc: "All requests are sent there, for good.",
};
const permanentCode: Annotation<RedirectStatus> = {
  names: ["permanent-redirect-code"],
  grammar: status,
  fallback: "301",
  needs: "permanent-redirect",
  doc: "The status of permanent-redirect.",
};

export const redirectAnnotations = [temporal, temporalCode, permanent, permanentCode];

export function readRedirect(reader: AnnotationReader): IngressSettings["redirect"] {
  const forNow = reader.read(temporal);
  const forNowStatus = forNow === undefined ? undefined : reader.read(temporalCode);
  const forGood = reader.read(permanent);
  const forGoodStatus = forGood === undefined ? undefined : reader.read(permanentCode);
  if (forNow !== undefined) {
    if (forGood !== undefined) reader.find(permanent, overruled);
    return { status: forNowStatus ?? 302, to: forNow };
  }
  return forGood === undefined ? undefined : { status: forGoodStatus ?? 301, to: forGood };
}

const overruled = {
  weight: "noted",
  because: "AnnotationWithoutEffect",
  message: "temporal-redirect wins; leave one of them out",
} as const;
