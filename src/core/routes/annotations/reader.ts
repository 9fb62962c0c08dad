import type { Ingress } from "#api/networking/ingress.ts";
import type { ObjectRead } from "../ingress-settings.ts";
import type { Finding } from "../route-table.ts";
import { showValue } from "../shown-value.ts";
import { type Annotation, prefix, type Reading, wrong } from "./annotation.ts";

export type Said = Pick<Finding, "weight" | "because" | "message">;

/** Reads the annotations of one Ingress, and keeps what is to be said about them. */
export class AnnotationReader {
  readonly namespace: string;
  /** Of its rules, in lower case; `*` where a rule has none, or there is a default backend. */
  readonly hosts: readonly string[];
  readonly findings: Finding[] = [];
  readonly reads: ObjectRead[] = [];
  /** Nobody may come in. */
  failsClosed = false;
  readonly #owner: string;
  /** Those of ingress-nginx' prefix, by their names without it. */
  readonly #annotations: ReadonlyMap<string, string>;
  readonly #asked: Set<string> = new Set();
  readonly #refused: Set<string> = new Set();

  constructor({ metadata, spec }: Ingress) {
    this.namespace = metadata.namespace;
    this.hosts = hostsOf(spec);
    this.#owner = `${metadata.namespace}/${metadata.name}`;
    this.#annotations = new Map(
      Object.entries(metadata.annotations ?? {})
        .filter(([name]) => name.startsWith(prefix))
        .map(([name, text]) => [name.slice(prefix.length), text]),
    );
  }

  /** What it says; undefined where it is absent, or can't be read: then a finding says so, and where it guards the Ingress is closed. */
  read<T>(annotation: Annotation<T>): T | undefined {
    this.skip(annotation);
    const name = this.#nameOf(annotation);
    if (name === undefined) return undefined;
    for (const other of annotation.names)
      if (other !== name && this.#annotations.has(other)) this.#say(other, overruledBy(name));
    const text = this.#annotations.get(name) ?? "";
    const reading = readText(annotation, text);
    if (reading.kind === "wrong") {
      this.#refused.add(annotation.names[0]);
      this.#refuse(annotation, `${showValue(text)} ${reading.detail}`);
      return undefined;
    }
    for (const message of reading.leftOut)
      this.find(annotation, { weight: "refused", because: "AnnotationInvalid", message });
    return reading.value;
  }

  has(annotation: Annotation): boolean {
    return this.#nameOf(annotation) !== undefined;
  }

  /** As it stands there, for those that are told of and not read. */
  text(annotation: Annotation): string | undefined {
    return this.#annotations.get(this.#nameOf(annotation) ?? "");
  }

  /** Whether one of them is there and can't be read; after they were read. */
  isRefused(...annotations: readonly Annotation[]): boolean {
    return annotations.some(({ names }) => this.#refused.has(names[0]));
  }

  /** It is told of, and not read. */
  skip({ names }: Annotation): void {
    for (const name of names) this.#asked.add(name);
  }

  /** `message` is what follows the annotation's name. */
  find(annotation: Annotation, said: Said): void {
    this.#say(this.#nameOf(annotation) ?? annotation.names[0], said);
  }

  /** Nobody may come in, for what this annotation says, or doesn't. */
  close(annotation: Annotation, message: string): void {
    this.failsClosed = true;
    this.find(annotation, { weight: "refused", because: "AccessRuleUnreadable", message: `${message}${closedUntil}` });
  }

  looksAt(object: ObjectRead): void {
    this.reads.push(object);
  }

  /** Those of ingress-nginx' prefix that nobody has asked for: name without it, and value. */
  unread(): readonly (readonly [string, string])[] {
    return [...this.#annotations].filter(([name]) => !this.#asked.has(name));
  }

  /** The others of ingress-nginx' prefix, by their names without it. */
  presentBeside({ names }: Annotation): readonly string[] {
    return [...this.#annotations.keys()].filter((name) => !names.includes(name));
  }

  /** About the annotation of this name, which is without prefix. */
  finding(name: string, said: Said): Finding {
    return findingOf(this.#owner, prefix + name, said);
  }

  #say(name: string, said: Said): void {
    this.findings.push(this.finding(name, said));
  }

  #refuse(annotation: Annotation, message: string): void {
    if (annotation.guards) this.close(annotation, message);
    else this.find(annotation, { weight: "refused", because: "AnnotationInvalid", message });
  }

  /** The name that it has there: of several the first one that says something. */
  #nameOf({ names }: Annotation): string | undefined {
    let first: string | undefined;
    for (const name of names) {
      const text = this.#annotations.get(name);
      if (text !== undefined && text.trim() !== "") return name;
      if (text !== undefined) first ??= name;
    }
    return first;
  }
}

const closedUntil = "; until that is mended its routes answer 503";

/** About the annotation of this full name of the Ingress `owner`; the message begins with it. */
export function findingOf(owner: string, name: string, said: Said): Finding {
  const shown = /^[\x21-\x7e]{1,200}$/.test(name) ? name : showValue(name);
  return {
    origin: { kind: "Ingress", name: owner, field: `metadata.annotations[${shown}]` },
    ...said,
    message: `${shown}: ${said.message}`,
  };
}

const overruledBy = (name: string): Said => ({
  weight: "noted",
  because: "AnnotationWithoutEffect",
  message: `${prefix}${name} says the same, and is followed`,
});

function readText<T>(annotation: Annotation<T>, text: string): Reading<T> {
  const trouble = controlTrouble(text);
  if (trouble !== undefined) return wrong(trouble);
  const trimmed = text.trim();
  return trimmed === "" ? wrong(`is empty; write ${annotation.grammar.shape}`) : annotation.grammar.read(trimmed);
}

/** Where the first character stands, from 0, that no setting may hold: control characters, and halves of characters. -1: nowhere. */
const controlAt = (text: string): number => text.search(/[\p{Cc}\p{Cs}\u2028\u2029]/u);

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
