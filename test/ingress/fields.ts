import { isJsonObject } from "#machinery/json.ts";

/** The fields of a mapping that somebody has written; what nobody has asked for at the end is an error. */
export class Fields {
  readonly where: string;
  readonly #left: Map<string, unknown>;

  constructor(value: unknown, where: string) {
    if (!isJsonObject(value)) throw new Error(`${where}: wants fields`);
    this.where = where;
    this.#left = new Map(Object.entries(value));
  }

  static list(value: unknown, where: string): readonly unknown[] {
    if (!Array.isArray(value)) throw new Error(`${where}: wants a list`);
    return value;
  }

  has(name: string): boolean {
    return this.#left.has(name);
  }

  isNull(name: string): boolean {
    return this.#left.get(name) === null;
  }

  text(name: string): string {
    const text = this.optionalText(name);
    if (text === undefined) throw new Error(`${this.where}: wants ${name}`);
    return text;
  }

  optionalText(name: string): string | undefined {
    const value = this.#take(name);
    return value === undefined || value === null ? undefined : `${value}`;
  }

  number(name: string): number | undefined {
    const value = this.#take(name);
    if (value === undefined) return undefined;
    if (typeof value !== "number") throw new Error(`${this.where}: ${name} wants a number`);
    return value;
  }

  flag(name: string): boolean {
    return this.#take(name) === true;
  }

  list(name: string): readonly unknown[] {
    return Fields.list(this.#take(name), `${this.where}: ${name}`);
  }

  fields(name: string): Fields {
    return new Fields(this.#take(name), `${this.where}: ${name}`);
  }

  /** Empty where the field is absent. */
  map<T>(name: string, read: (value: unknown, where: string) => T): ReadonlyMap<string, T> {
    const value = this.#take(name) ?? {};
    if (!isJsonObject(value)) throw new Error(`${this.where}: ${name} wants fields`);
    return new Map(Object.entries(value).map(([key, one]) => [key, read(one, `${this.where}: ${name}.${key}`)]));
  }

  end(): void {
    const [unread] = this.#left.keys();
    if (unread !== undefined) throw new Error(`${this.where}: nobody knows the field ${unread}`);
  }

  #take(name: string): unknown {
    const value = this.#left.get(name);
    this.#left.delete(name);
    return value;
  }
}
