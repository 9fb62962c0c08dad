import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  parseDocument,
  type YAMLMap,
  type YAMLParseError,
} from "yaml";
import { ownEntry } from "#machinery/json.ts";
import { type Plain, plainValue } from "#machinery/yaml-scalar.ts";

/** A text that is no YAML, or too much of it. Its message is what stands behind `yaml: `. */
export class YamlRefused extends Error {}

export interface YamlLimits {
  /** How many lists and mappings may be inside one another. */
  readonly levels: number;
  /** Of all texts together once aliases stand for what they mean, in characters. */
  readonly characters: number;
}

export interface YamlReading {
  readonly value: unknown;
  /** Keys that stand in a mapping twice, of which the last counts: `line 3: key "a" already set in map`. */
  readonly doubled: readonly string[];
}

/**
 * One YAML document as Kubernetes reads it: plain scalars as in YAML 1.1, `<<` merges, tags of programming languages are only texts.
 * Aliases are expanded within a budget (CVE-2019-11253). Throws YamlRefused.
 */
export function readYaml(text: string, limits: YamlLimits): YamlReading {
  const lines = new LineCounter();
  // The library compares each key of a mapping with all others, and knows other words for scalars: both are done here.
  const document = parseDocument(text, {
    schema: "failsafe",
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: "error",
    lineCounter: lines,
  });
  const [trouble] = document.errors;
  if (trouble !== undefined) throw new YamlRefused(troubleText(trouble, lines, limits));
  const reader = new Reader(lines, limits);
  const value = reader.valueOf(document.contents);
  return { value, doubled: [...reader.doubled] };
}

/** The parser reads by recursion: what is nested too deep for it, it takes for any other error. */
function troubleText(trouble: YAMLParseError, lines: LineCounter, { levels }: YamlLimits): string {
  if (trouble.message.startsWith("Maximum call stack")) return `exceeded max depth of ${levels}`;
  return `line ${lines.linePos(trouble.pos[0]).line}: ${trouble.message.slice(0, 200)}`;
}

class Reader {
  readonly doubled = new Set<string>();
  readonly #anchors = new Map<string, unknown>();
  readonly #open = new Set<unknown>();
  readonly #lines: LineCounter;
  readonly #limits: YamlLimits;
  #aliases = 0;
  #nodes = 0;
  #nodesOfAliases = 0;
  #characters = 0;
  #levels = 0;

  constructor(lines: LineCounter, limits: YamlLimits) {
    this.#lines = lines;
    this.#limits = limits;
  }

  valueOf(node: unknown): unknown {
    this.#count();
    if (isAlias(node)) return this.#expanded(node.source);
    if (isScalar(node)) return this.#scalar(node);
    if (!isMap(node) && !isSeq(node)) return null;
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, node);
    if (this.#open.has(node)) throw new YamlRefused(`anchor '${node.anchor}' value contains itself`);
    if (this.#levels >= this.#limits.levels) throw new YamlRefused(`exceeded max depth of ${this.#limits.levels}`);
    this.#open.add(node);
    this.#levels++;
    const value = isMap(node) ? this.#mapping(node) : node.items.map((one) => this.valueOf(one));
    this.#levels--;
    this.#open.delete(node);
    return value;
  }

  /** The share of what is read through aliases may be large in small documents only. Source: allowedAliasRatio in goyaml.v2. */
  #count(): void {
    this.#nodes++;
    if (this.#aliases > 0) this.#nodesOfAliases++;
    if (this.#nodesOfAliases <= 100 || this.#nodes <= 1000) return;
    const large = Math.min(Math.max((this.#nodes - 400_000) / 3_600_000, 0), 1);
    if (this.#nodesOfAliases / this.#nodes > 0.99 - 0.89 * large)
      throw new YamlRefused("document contains excessive aliasing");
  }

  #expanded(name: string): unknown {
    const node = this.#anchors.get(name);
    if (node === undefined) throw new YamlRefused(`unknown anchor '${name}' referenced`);
    this.#aliases++;
    const value = this.valueOf(node);
    this.#aliases--;
    return value;
  }

  #scalar(node: {
    readonly anchor?: string;
    readonly tag?: string;
    readonly type?: unknown;
    readonly value: unknown;
  }): Plain {
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, node);
    const text = typeof node.value === "string" ? node.value : "";
    this.#characters += text.length;
    if (this.#characters > this.#limits.characters) throw new YamlRefused("document contains excessive aliasing");
    const value = scalarValue(text, node.tag, node.type === "PLAIN");
    if (typeof value === "number" && !Number.isFinite(value)) throw new YamlRefused(`unsupported value: ${text}`);
    return value;
  }

  #mapping({ items }: YAMLMap): object {
    const merged: object[] = [];
    const own: object = {};
    for (const pair of items) {
      if (isMerge(pair)) merged.push(...this.#merged(pair.value));
      else this.#set(own, pair);
    }
    if (merged.length === 0) return own;
    const whole: object = {};
    // Of mappings that are merged the first counts, and what is written out before all.
    for (const one of [...merged.toReversed(), own])
      for (const [key, value] of Object.entries(one)) {
        this.#count();
        Object.defineProperty(whole, key, ownEntry(value));
      }
    return whole;
  }

  #set(own: object, { key: node, value }: Pair): void {
    const key = keyText(this.valueOf(node));
    if (Object.hasOwn(own, key) && this.#aliases === 0)
      this.doubled.add(`line ${this.#lineOf(node)}: key ${JSON.stringify(key)} already set in map`);
    Object.defineProperty(own, key, ownEntry(this.valueOf(value)));
  }

  #merged(value: unknown): readonly object[] {
    const found = this.valueOf(value);
    const many: readonly unknown[] = Array.isArray(found) ? found : [found];
    return many.map((one) => {
      if (typeof one === "object" && one !== null && !Array.isArray(one)) return one;
      throw new YamlRefused("map merge requires map or sequence of maps as the value");
    });
  }

  #lineOf(node: unknown): number {
    return isScalar(node) && node.range ? this.#lines.linePos(node.range[0]).line : 0;
  }
}

const isMerge = ({ key }: Pair): boolean => isScalar(key) && key.value === "<<" && key.type === "PLAIN";

const tags = "tag:yaml.org,2002:";
const typed: ReadonlySet<string> = new Set(["int", "float", "bool", "null"].map((name) => tags + name));

function scalarValue(text: string, tag: string | undefined, isPlain: boolean): Plain {
  if (tag === undefined || tag === "!") return isPlain && tag === undefined ? plainValue(text) : text;
  return typed.has(tag) ? plainValue(text) : text;
}

/** JSON has texts for keys. Source: convertToJSONableObject in sigs.k8s.io/yaml. */
function keyText(key: unknown): string {
  if (typeof key === "string") return key;
  if (typeof key === "number" || typeof key === "boolean") return String(key);
  throw new YamlRefused(`unsupported map key: ${JSON.stringify(key)?.slice(0, 100)}`);
}
