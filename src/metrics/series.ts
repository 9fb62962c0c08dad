/** One number: a counter, which only grows, or a gauge. */
export class Value {
  #value = 0;

  get value(): number {
    return this.#value;
  }

  add(by = 1): void {
    this.#value += by;
  }

  set(value: number): void {
    this.#value = value;
  }

  lines(name: string, labels: string): readonly string[] {
    return [`${name}${braced(labels)} ${showNumber(this.#value)}`];
  }
}

/** How many observations were how large. */
export class Histogram {
  readonly #bounds: readonly number[];
  readonly #counts: number[];
  #sum = 0;

  /** `bounds` ascend; what lies above the last one is counted too. */
  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#counts = [...bounds.map(() => 0), 0];
  }

  observe(value: number): void {
    const bucket = this.#bounds.findIndex((bound) => value <= bound);
    const place = bucket < 0 ? this.#bounds.length : bucket;
    this.#counts[place] = (this.#counts[place] ?? 0) + 1;
    this.#sum += value;
  }

  lines(name: string, labels: string): readonly string[] {
    const before = labels === "" ? "" : `${labels},`;
    let total = 0;
    const buckets = this.#counts.map((count, i) => {
      total += count;
      return `${name}_bucket{${before}le="${this.#bounds[i] ?? "+Inf"}"} ${total}`;
    });
    const end = braced(labels);
    return [...buckets, `${name}_sum${end} ${showNumber(this.#sum)}`, `${name}_count${end} ${total}`];
  }
}

const braced = (labels: string): string => (labels === "" ? "" : `{${labels}}`);

function showNumber(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
}
