import type { IngressSettings } from "../ingress-settings.ts";
import { normalTarget } from "../request-target.ts";
import type { Rewrite } from "../route-filters.ts";
import type { Annotation, Grammar } from "./annotation.ts";
import { value, wrong } from "./annotation.ts";
import { authority, hostName } from "./grammars/names.ts";
import { variableIn } from "./grammars/request-text.ts";
import { absolutePath, isUrlText } from "./grammars/urls.ts";
import { boolean, list } from "./grammars/words.ts";
import type { AnnotationReader } from "./reader.ts";

type PathRewrite = NonNullable<Rewrite["path"]>;

const target: Grammar<PathRewrite> = {
  shape: "a path that starts with one /; $1 to $9 in it are what the path's pattern has captured",
  read: (text) => {
    if (/^https?:\/\//i.test(text)) return wrong("is a URL; to send clients there, write temporal-redirect instead");
    if (!isUrlText(text)) return wrong("has a space, or a character that is not ASCII; percent-encode it");
    if (!/^(\/|\$[1-9])/.test(text)) return wrong("is no path; start it with one /");
    if (!isAskable(text))
      return wrong("is no path that could be asked for: it has //, /../, # or a broken escape in it");
    const variable = variableIn(text);
    if (variable !== undefined) return wrong(`has ${variable} in it; only $1 to $9 are filled in`);
    return value({ kind: /\$[1-9]/.test(text) ? "pattern" : "whole", value: text });
  },
};

/** Whether a request for it could have come in, with captures of plain letters. */
function isAskable(text: string): boolean {
  const plain = text.replace(/^\$[1-9]/, "/a").replaceAll(/\$[1-9]/g, "a");
  const target = normalTarget(plain);
  return target.kind === "target" && target.path === plain.split("?")[0];
}

const rewriteTarget: Annotation<PathRewrite> = {
  names: ["rewrite-target"],
  grammar: target,
  fallback: "the path stays",
  doc: "The path that the backend sees, all of it. With $1 to $9 in it the Ingress' paths are patterns (see use-regex) and their captures are filled in.",
};
const useRegex: Annotation<boolean> = {
  names: ["use-regex"],
  grammar: boolean,
  fallback: "false",
  doc: "Paths of type ImplementationSpecific are regular expressions, for this Ingress alone, tried from the start of the path without regard to case.",
};
const upstreamVhost: Annotation<string> = {
  names: ["upstream-vhost"],
  grammar: authority,
  fallback: "what the client has asked for",
  doc: "The Host header that the backend sees.",
};
const appRoot: Annotation<string> = {
  names: ["app-root"],
  grammar: absolutePath,
  fallback: "none",
  doc: "Requests for / are sent there (302).",
};
const fromToWww: Annotation<boolean> = {
  names: ["from-to-www-redirect"],
  grammar: boolean,
  fallback: "false",
  doc: "Requests for www.NAME are sent to NAME, or the other way round: to whichever the Ingress has (308).",
};
const serverAlias: Annotation<readonly string[]> = {
  names: ["server-alias"],
  grammar: list("name", hostName),
  fallback: "none",
  doc: "Further names of the Ingress' hosts. Another Ingress with a rule for the name has it instead. Wildcards and regular expressions are refused: write a rule for them.",
};

export const pathAnnotations = [rewriteTarget, useRegex, upstreamVhost, appRoot, fromToWww, serverAlias];

export interface ReadPaths extends Pick<IngressSettings, "usesPatterns" | "appRoot" | "redirectsWww" | "aliases"> {
  readonly rewrite: Rewrite | undefined;
}

export function readPaths(reader: AnnotationReader): ReadPaths {
  const { path, usesPatterns } = readPatterns(reader);
  const host = reader.read(upstreamVhost);
  const rewrite = { ...(path === undefined ? {} : { path }), ...(host === undefined ? {} : { host }) };
  return {
    rewrite: path === undefined && host === undefined ? undefined : rewrite,
    usesPatterns,
    appRoot: reader.read(appRoot),
    redirectsWww: reader.read(fromToWww) ?? false,
    aliases: reader.read(serverAlias) ?? [],
  };
}

export interface ReadPatterns {
  readonly path: PathRewrite | undefined;
  readonly usesPatterns: boolean;
}

export function readPatterns(reader: AnnotationReader): ReadPatterns {
  const path = reader.read(rewriteTarget);
  const saysPatterns = reader.read(useRegex) ?? false;
  return { path, usesPatterns: saysPatterns || path?.kind === "pattern" };
}
