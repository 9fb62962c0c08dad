/** Numbers for routes, small ones: those that were in the plan before keep theirs. */
export class RouteNumbers {
  readonly taken = new Map<string, number>();
  readonly #before: ReadonlyMap<string, number>;
  #next: number;

  constructor(before: ReadonlyMap<string, number> = new Map()) {
    this.#before = before;
    this.#next = 1 + [...before.values()].reduce((most, number) => Math.max(most, number), 0);
  }

  of(id: string): number {
    const number = this.taken.get(id) ?? this.#before.get(id) ?? this.#next++;
    this.taken.set(id, number);
    return number;
  }
}
