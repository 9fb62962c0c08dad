import type { Ingress } from "#api/networking/ingress.ts";
import type { ObjectRead } from "../ingress-settings.ts";
import type { Finding } from "../route-table.ts";
import { controlAt, showValue } from "../shown-value.ts";
import { type Annotation, prefix, type Reading, wrong } from "./annotation.ts";

/** Reads the annotations of one Ingress, and keeps what is to be said about them. */
export interface AnnotationReader {
  readonly namespace: string;
  /** Of its rules, in lower case; `*` where a rule has none, or there is a default backend alone. */
  readonly hosts: readonly string[];
  readonly has: (annotation: Annotation) => boolean;
  /** What it says; undefined where it is absent, or can't be read: then a finding says so, and where it guards the Ingress is closed. */
  readonly read: <T>(annotation: Annotation<T>) => T | undefined;
  /** As it stands there, for those that are told of and not read. */
  readonly text: (annotation: Annotation) => string | undefined;
  /** `message` is what follows the annotation's name. */
  readonly find: (annotation: Annotation, found: Said) => void;
  /** Nobody may come in, for what this annotation says, or doesn't. */
  readonly close: (annotation: Annotation, message: string) => void;
  readonly looksAt: (object: ObjectRead) => void;
  /** Those of ingress-nginx' prefix that nobody has asked for: name with prefix, and value. */
  readonly unread: () => readonly (readonly [string, string])[];
  /** The others of ingress-nginx' prefix, by their names without it. */
  readonly presentBeside: (annotation: Annotation) => readonly string[];
  readonly findings: readonly Finding[];
  readonly reads: readonly ObjectRead[];
  readonly failsClosed: () => boolean;
}

export type Said = Pick<Finding, "weight" | "because" | "message">;

export function annotationReader({ metadata, spec }: Ingress): AnnotationReader {
  const annotations = new Map(Object.entries(metadata.annotations ?? {}));
  const asked = new Set<string>();
  const findings: Finding[] = [];
  const reads: ObjectRead[] = [];
  let closed = false;
  const namespace = metadata.namespace ?? "";
  const owner = `${namespace}/${metadata.name}`;

  const find = (annotation: Annotation, said: Said): void => {
    findings.push(findingOf(owner, nameIn(annotations, annotation) ?? prefix + annotation.names[0], said));
  };
  const close = (annotation: Annotation, message: string): void => {
    closed = true;
    find(annotation, { weight: "refused", because: "AccessRuleUnreadable", message: `${message}${closedUntil}` });
  };
  const refuse = (annotation: Annotation, detail: string): void => {
    const text = annotations.get(nameIn(annotations, annotation) ?? "") ?? "";
    const message = `${showValue(text)} ${detail}`;
    if (annotation.guards) close(annotation, message);
    else find(annotation, { weight: "refused", because: "AnnotationInvalid", message });
  };
  const read = <T>(annotation: Annotation<T>): T | undefined => {
    for (const name of annotation.names) asked.add(prefix + name);
    const name = nameIn(annotations, annotation);
    if (name === undefined) return undefined;
    for (const other of annotation.names.map((one) => prefix + one))
      if (other !== name && annotations.has(other)) findings.push(findingOf(owner, other, overruledBy(name)));
    const reading = readText(annotation, annotations.get(name) ?? "");
    if (reading.kind === "wrong") {
      refuse(annotation, reading.detail);
      return undefined;
    }
    for (const message of reading.leftOut)
      find(annotation, { weight: "refused", because: "AnnotationInvalid", message });
    return reading.value;
  };
  return {
    namespace,
    hosts: hostsOf(spec),
    has: (annotation) => nameIn(annotations, annotation) !== undefined,
    read,
    text: (annotation) => annotations.get(nameIn(annotations, annotation) ?? ""),
    find,
    close,
    looksAt: (object) => {
      reads.push(object);
    },
    unread: () => [...annotations].filter(([name]) => name.startsWith(prefix) && !asked.has(name)),
    presentBeside: ({ names }) =>
      [...annotations.keys()]
        .filter((name) => name.startsWith(prefix) && !names.includes(name.slice(prefix.length)))
        .map((name) => name.slice(prefix.length)),
    findings,
    reads,
    failsClosed: () => closed,
  };
}

const closedUntil = "; until that is mended its routes answer 503";

/** About the annotation of this full name; the message begins with it. */
export const findingOf = (owner: string, name: string, said: Said): Finding => ({
  origin: { kind: "Ingress", name: owner, field: `metadata.annotations[${name}]` },
  ...said,
  message: `${name}: ${said.message}`,
});

const overruledBy = (name: string): Said => ({
  weight: "noted",
  because: "AnnotationWithoutEffect",
  message: `${name} says the same, and is followed`,
});

/** The name that it has there: of several the first one that says something. */
function nameIn(annotations: ReadonlyMap<string, string>, { names }: Annotation): string | undefined {
  const there = names.map((name) => prefix + name).filter((name) => annotations.has(name));
  return there.find((name) => annotations.get(name)?.trim() !== "") ?? there[0];
}

function readText<T>(annotation: Annotation<T>, text: string): Reading<T> {
  const trouble = controlTrouble(text);
  if (trouble !== undefined) return wrong(trouble);
  const trimmed = text.trim();
  return trimmed === "" ? wrong(`is empty; write ${annotation.grammar.shape}`) : annotation.grammar.read(trimmed);
}

/** Why no part of the text may come into a setting; undefined where it may. */
export function controlTrouble(text: string): string | undefined {
  const at = controlAt(text);
  if (at < 0) return undefined;
  const what = /[\n\r]/.test(text.charAt(at)) ? "a line break" : "a control character";
  return `has ${what} (character ${at + 1}), which no value may have; write it in one line`;
}

function hostsOf(spec: Ingress["spec"]): readonly string[] {
  const hosts = (spec.rules ?? []).map(({ host = "" }) => (host === "" ? "*" : host.toLowerCase()));
  return spec.defaultBackend !== undefined || hosts.length === 0 ? [...hosts, "*"] : hosts;
}
