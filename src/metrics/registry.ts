import { Histogram, Value } from "./series.ts";

/** Source: the text format of Prometheus, version 0.0.4. */
export const metricsType = "text/plain; version=0.0.4; charset=utf-8";

/** What a series is called beside its name; each name of its family has a value. */
export type Labels<L extends string> = Readonly<Record<L, string>>;

/** How a family introduces itself. */
export interface Title<L extends string> {
  readonly name: string;
  /** One line, for people. */
  readonly help: string;
  readonly labels: readonly L[];
}

interface Series {
  readonly lines: (name: string, labels: string) => readonly string[];
}

/**
 * No family grows beyond this: what comes later is counted together, under empty labels. Whoever names labels takes values from closed
 * sets, so this is reached by a mistake alone, which then costs no memory.
 */
const mostSeries = 5000;

/** All series of one name. */
class Family<L extends string, S extends Series> {
  readonly #title: Title<L>;
  readonly #type: "counter" | "gauge" | "histogram";
  readonly #make: () => S;
  readonly #series = new Map<string, S>();

  constructor(title: Title<L>, type: "counter" | "gauge" | "histogram", make: () => S) {
    this.#title = { ...title, labels: title.labels.toSorted() };
    this.#type = type;
    this.#make = make;
  }

  /** The one series with these labels, which begins at 0. */
  at(labels: Labels<L>): S {
    const text = this.#textOf((name) => labels[name]);
    const known = this.#series.get(text);
    if (known !== undefined) return known;
    const place = this.#series.size < mostSeries ? text : this.#textOf(() => "");
    const made = this.#series.get(place) ?? this.#make();
    this.#series.set(place, made);
    return made;
  }

  /** Forgets all series, for what is told as it is now and may have gone. */
  clear(): void {
    this.#series.clear();
  }

  lines(): readonly string[] {
    const { name, help } = this.#title;
    if (this.#series.size === 0) return [];
    const series = [...this.#series].flatMap(([labels, one]) => one.lines(name, labels));
    return [
      `# HELP ${name} ${help.replace(/\\/g, "\\\\").replace(/\n/g, "\\n")}`,
      `# TYPE ${name} ${this.#type}`,
      ...series,
    ];
  }

  #textOf(textFor: (name: L) => string): string {
    return this.#title.labels.map((name) => `${name}="${escaped(textFor(name))}"`).join(",");
  }
}

const escaped = (value: string): string =>
  /[\\"\n]/.test(value) ? value.replace(/[\\"]/g, "\\$&").replace(/\n/g, "\\n") : value;

/** Everything that one component counts, and how Prometheus reads it. */
export class Registry {
  readonly #families: { readonly lines: () => readonly string[] }[] = [];
  readonly #looks: (() => void)[] = [];

  counter<L extends string>(title: Title<L>): Family<L, Value> {
    return this.#kept(new Family(title, "counter", () => new Value()));
  }

  gauge<L extends string>(title: Title<L>): Family<L, Value> {
    return this.#kept(new Family(title, "gauge", () => new Value()));
  }

  histogram<L extends string>(title: Title<L>, bounds: readonly number[]): Family<L, Histogram> {
    return this.#kept(new Family(title, "histogram", () => new Histogram(bounds)));
  }

  /** `look` is called before each reading, and sets what is told as it is then. */
  beforeReading(look: () => void): void {
    this.#looks.push(look);
  }

  text(): string {
    for (const look of this.#looks) look();
    return this.#families
      .map((family) =>
        family
          .lines()
          .map((line) => `${line}\n`)
          .join(""),
      )
      .join("");
  }

  #kept<F extends { readonly lines: () => readonly string[] }>(family: F): F {
    this.#families.push(family);
    return family;
  }
}
