import type { Canary } from "../ingress-settings.ts";
import { showPatternTrouble, troubleOfPattern } from "../pattern.ts";
import type { Annotation, Grammar } from "./annotation.ts";
import { value, wrong } from "./annotation.ts";
import { cookieName, headerName } from "./grammars/names.ts";
import { wholeNumber } from "./grammars/numbers.ts";
import { boolean, isPrintable, printable } from "./grammars/words.ts";
import type { AnnotationReader } from "./reader.ts";

const needs = 'canary: "true"';

const pattern: Grammar<string> = {
  shape: "a regular expression",
  read: (text) => {
    if (!isPrintable(text)) return wrong("has characters that are not printable ASCII");
    const trouble = troubleOfPattern(`.*(?:${text}).*`, "value") ?? troubleOfPattern(text, "value");
    if (trouble !== undefined) return wrong(showPatternTrouble(text, trouble));
    return value(text);
  },
};

const mostWeight = 1_000_000;

const canary: Annotation<boolean> = {
  names: ["canary"],
  grammar: boolean,
  fallback: "false",
  doc: "The Ingress takes its part of the requests of another one with the same hosts and paths, whose annotations hold for both. It is decided by header, else by cookie, else by weight.",
};
const header: Annotation<string> = {
  names: ["canary-by-header"],
  grammar: headerName,
  fallback: "none",
  needs,
  doc: "The header that decides: `always` is for the canary, `never` for the other.",
};
const headerValue: Annotation<string> = {
  names: ["canary-by-header-value"],
  grammar: printable,
  fallback: "none",
  needs: "canary-by-header",
  doc: "The value of that header that is for the canary, instead of `always` and `never`.",
};
const headerPattern: Annotation<string> = {
  names: ["canary-by-header-pattern"],
  grammar: pattern,
  fallback: "none",
  needs: "canary-by-header, and no canary-by-header-value",
  doc: "The same by a regular expression, which may fit anywhere in the value.",
};
const cookie: Annotation<string> = {
  names: ["canary-by-cookie"],
  grammar: cookieName,
  fallback: "none",
  needs,
  doc: "The cookie that decides: `always` is for the canary, `never` for the other.",
};
const weight: Annotation<number> = {
  names: ["canary-weight"],
  grammar: wholeNumber("parts", 0, mostWeight),
  fallback: "0",
  needs,
  doc: "How many of canary-weight-total requests are for the canary, by chance.",
};
const weightTotal: Annotation<number> = {
  names: ["canary-weight-total"],
  grammar: wholeNumber("parts", 1, mostWeight),
  fallback: "100",
  needs: "canary-weight",
  doc: "See canary-weight.",
};

export const canaryAnnotations = [canary, header, headerValue, headerPattern, cookie, weight, weightTotal];

/** Where its weight can't be read a canary gets none of the requests: they all have somewhere to go. */
export function readCanary(reader: AnnotationReader): Canary | undefined {
  if (reader.read(canary) !== true) return undefined;
  const byHeader = readHeader(reader);
  const byCookie = reader.read(cookie);
  return {
    ...(byHeader === undefined ? {} : { header: byHeader }),
    ...(byCookie === undefined ? {} : { cookie: byCookie }),
    ...readWeight(reader),
  };
}

function readHeader(reader: AnnotationReader): Canary["header"] {
  const name = reader.read(header);
  if (name === undefined) return undefined;
  const exact = reader.read(headerValue);
  if (exact !== undefined) return { name, value: exact };
  const byPattern = reader.isRefused(headerValue) ? undefined : reader.read(headerPattern);
  if (reader.isRefused(headerValue, headerPattern)) return undefined;
  return byPattern === undefined ? { name } : { name, pattern: byPattern };
}

function readWeight(reader: AnnotationReader): Pick<Canary, "weight" | "weightTotal"> {
  if (!reader.has(weight)) return { weight: 0, weightTotal: 100 };
  const part = reader.read(weight) ?? 0;
  const total = reader.read(weightTotal) ?? 100;
  if (reader.isRefused(weightTotal)) return { weight: 0, weightTotal: 100 };
  if (part <= total) return { weight: part, weightTotal: total };
  const message = `is more than canary-weight-total, ${total}: all requests are for the canary`;
  reader.find(weight, { weight: "noted", because: "AnnotationServedOtherwise", message });
  return { weight: total, weightTotal: total };
}
