import type { Cidr } from "#net/cidr.ts";
import type { RateLimit } from "../route-filters.ts";
import type { Annotation } from "./annotation.ts";
import { blocks } from "./grammars/addresses.ts";
import { wholeNumber } from "./grammars/numbers.ts";
import type { AnnotationReader } from "./reader.ts";

const most = 1_000_000;
const needs = "one of limit-rps, limit-rpm and limit-connections";

const perSecond: Annotation<number> = {
  names: ["limit-rps"],
  grammar: wholeNumber("requests", 0, most),
  fallback: "0",
  doc: "How many requests a second a client address may send; more are answered with 503. 0 is no limit.",
};
const perMinute: Annotation<number> = {
  names: ["limit-rpm"],
  grammar: wholeNumber("requests", 0, most),
  fallback: "0",
  doc: "The same by the minute.",
};
const connections: Annotation<number> = {
  names: ["limit-connections"],
  grammar: wholeNumber("connections", 0, most),
  fallback: "0",
  doc: "How many requests a client address may have under way at once.",
};
const burst: Annotation<number> = {
  names: ["limit-burst-multiplier"],
  grammar: wholeNumber("times", 1, 1000),
  fallback: "5",
  needs,
  doc: "So many times limit-rps and limit-rpm may come at once.",
};
const exempt: Annotation<readonly Cidr[]> = {
  names: ["limit-allowlist", "limit-whitelist"],
  grammar: blocks,
  fallback: "nobody",
  needs,
  doc: "Clients that the limits are not for.",
};

export const rateLimitAnnotations = [perSecond, perMinute, connections, burst, exempt];

/** What holds beside a limit that says no more. Source: ingress-nginx' defBurst, and limit-req-status-code of its ConfigMap. */
const limitFallback = { burstFactor: 5, status: 503 };

export function readRateLimit(reader: AnnotationReader, fallback: RateLimit | undefined): RateLimit | undefined {
  const second = unlimited(reader.read(perSecond));
  const minute = unlimited(reader.read(perMinute));
  const many = unlimited(reader.read(connections));
  if (second === undefined && minute === undefined && many === undefined) return fallback;
  return {
    ...(second === undefined ? {} : { perSecond: second }),
    ...(minute === undefined ? {} : { perMinute: minute }),
    ...(many === undefined ? {} : { connections: many }),
    burstFactor: reader.read(burst) ?? limitFallback.burstFactor,
    exempt: reader.read(exempt) ?? [],
    status: fallback?.status ?? limitFallback.status,
  };
}

const unlimited = (count: number | undefined): number | undefined => (count === 0 ? undefined : count);
