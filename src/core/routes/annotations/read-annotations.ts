import type { Ingress } from "#api/networking/ingress.ts";
import { closest } from "../../likeness.ts";
import { hostsAsWritten } from "../default-settings.ts";
import type { Canary, IngressSettings } from "../ingress-settings.ts";
import type { BackendSettings, Finding } from "../route-table.ts";
import { showValue } from "../shown-value.ts";
import { readStickiness } from "./affinity.ts";
import { readBalance } from "./balancing.ts";
import { readBasicAuth } from "./basic-auth.ts";
import { readBodyLimit } from "./body.ts";
import { readCanary } from "./canary.ts";
import { readCors } from "./cors.ts";
import { readErrors } from "./errors.ts";
import { readExternalAuth } from "./external-auth.ts";
import { foreignFindings } from "./foreign.ts";
import { readHeaders } from "./headers.ts";
import { readHttps } from "./https.ts";
import type { AnnotationLookups } from "./lookups.ts";
import { readPaths, readPatterns } from "./paths.ts";
import { readRateLimit } from "./rate-limit.ts";
import { AnnotationReader, controlTrouble, type Said } from "./reader.ts";
import { readRedirect } from "./redirects.ts";
import { tellSnippets } from "./snippets.ts";
import { readSources } from "./sources.ts";
import { annotationsByName } from "./table.ts";
import { readTimeouts } from "./timeouts.ts";
import { tellUnserved, unservedAnnotations } from "./unserved.ts";
import { readProtocol } from "./upstream-protocol.ts";

/**
 * What the annotations of an Ingress ask for. Whatever is in them, it spoils this Ingress alone: what can't be read sets nothing, and where it
 * would have kept somebody out nobody comes in (`failsClosed`). Every annotation that is not followed as it stands has a finding.
 */
export function readAnnotations(ingress: Ingress, lookups: AnnotationLookups): IngressSettings {
  const reader = new AnnotationReader(ingress);
  const canary = readCanary(reader);
  const settings = canary === undefined ? allSettings(reader, lookups) : canarySettings(reader, lookups, canary);
  tellSnippets(reader, canary !== undefined);
  const findings = [
    ...reader.findings,
    ...unreadFindings(reader, canary !== undefined),
    ...foreignFindings(ingress, annotationsByName),
  ];
  return { ...settings, reads: reader.reads, findings: capped(findings), failsClosed: reader.failsClosed };
}

/** An Ingress of ten thousand annotations is not answered by as many events. */
const mostFindings = 64;

function capped(findings: readonly Finding[]): readonly Finding[] {
  const [last, ...more] = findings.slice(mostFindings - 1);
  if (last === undefined || more.length === 0) return findings;
  const message = `${last.message}; and ${more.length} more of the Ingress' annotations have something wrong, or no effect`;
  return [...findings.slice(0, mostFindings - 1), { ...last, message }];
}

type Settings = Omit<IngressSettings, "reads" | "findings" | "failsClosed">;

function allSettings(reader: AnnotationReader, lookups: AnnotationLookups): Settings {
  const { defaults } = lookups;
  const { rewrite, ...paths } = readPaths(reader);
  const { fallbackService, errorPages } = readErrors(reader, lookups);
  const { serviceUpstream, protocol, ...server } = readProtocol(reader, defaults.backend);
  const { maxBodyBytes: bodyLimit, ...filters } = defaults.filters;
  const settings: Settings = {
    ...paths,
    ...readHttps(reader, defaults.httpsRedirect),
    serviceUpstream,
    fallbackService,
    redirect: readRedirect(reader),
    canary: undefined,
    filters: {
      ...filters,
      ...present({
        sources: readSources(reader, filters.sources),
        rateLimit: readRateLimit(reader, filters.rateLimit),
        cors: readCors(reader),
        basicAuth: readBasicAuth(reader, lookups),
        externalAuth: readExternalAuth(reader),
        maxBodyBytes: readBodyLimit(reader, bodyLimit),
        rewrite,
        errorPages,
        ...readHeaders(reader, lookups),
      }),
    },
    backend: {
      ...backendOf(reader, defaults.backend),
      ...readTimeouts(reader, defaults.backend),
      protocol,
      ...present(server),
    },
  };
  tellUnserved(reader);
  return settings;
}

/** The other Ingress' annotations hold for the rest, as in ingress-nginx. */
function canarySettings(reader: AnnotationReader, { defaults }: AnnotationLookups, canary: Canary): Settings {
  return {
    ...defaults,
    backend: backendOf(reader, defaults.backend),
    canary,
    usesPatterns: readPatterns(reader).usesPatterns,
    ...hostsAsWritten,
  };
}

const backendOf = (reader: AnnotationReader, fallback: BackendSettings): BackendSettings => ({
  ...fallback,
  balance: readBalance(reader, fallback.balance),
  ...present({ stickiness: readStickiness(reader) }),
});

type Present<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> };

/** Without the entries that are undefined. */
function present<T extends Partial<Record<string, unknown>>>(entries: T): Present<T>;
function present(entries: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(entries).filter(([, entry]) => entry !== undefined));
}

const names = [...annotationsByName.keys(), ...unservedAnnotations.map(({ name }) => name)];

const unreadFindings = (reader: AnnotationReader, isCanary: boolean): readonly Finding[] =>
  reader
    .unread()
    .map(([name, text], i) => reader.finding(name, saidOfUnread(name, text, { isCanary, guesses: i < mostFindings })));

interface Telling {
  readonly isCanary: boolean;
  /** Whether the name that was meant is looked for: it takes its time. */
  readonly guesses: boolean;
}

/** About an annotation that nothing was made of. */
function saidOfUnread(name: string, text: string, { isCanary, guesses }: Telling): Said {
  const trouble = controlTrouble(text);
  if (trouble !== undefined)
    return { weight: "refused", because: "AnnotationInvalid", message: `${showValue(text)} ${trouble}` };
  if (names.includes(name)) {
    const needs = annotationsByName.get(name)?.needs;
    const why =
      isCanary && !needs?.startsWith("canary")
        ? "the Ingress is a canary, and the annotations of the one that it belongs to hold"
        : `has no effect without ${needs}`;
    return { weight: "noted", because: "AnnotationWithoutEffect", message: why };
  }
  const near = guesses ? closest(name, names) : undefined;
  const hint =
    near === undefined ? "see docs/reference/ingress-annotations.md for those that are" : `is ${near} meant?`;
  return { weight: "refused", because: "AnnotationUnknown", message: `no annotation of this name is known; ${hint}` };
}
