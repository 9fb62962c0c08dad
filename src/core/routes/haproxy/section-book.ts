import type { BackendId, RouteTable } from "../route-table.ts";
import type { Directive, Section } from "./config.ts";
import type { SectionNeed } from "./destination.ts";
import { filterDirectives } from "./filter-rules.ts";
import type { HaproxyPlan, HaproxyServer, SectionUse } from "./plan.ts";
import { isPlain, serversOf, settingsDirectives } from "./sections.ts";

/** What routes take of sections. */
export type TakenSections = Pick<HaproxyPlan, "servers" | "sections" | "servedBy" | "spares"> & {
  /** In the order of the configuration. */
  readonly bodies: readonly Section[];
};

/** At least so many sections stand ready. */
const LEAST_SPARES = 64;

/**
 * Which section serves what. What was served before keeps its section, since requests are on their way there; what is new takes a spare one
 * where it asks for nothing of its own. A section that nobody wants any more is free from the next plan on.
 */
export class SectionBook {
  readonly #table: RouteTable;
  readonly #httpsPort: number;
  readonly #known: ReadonlyMap<string, string>;
  readonly #names: Set<string>;
  readonly #byKey = new Map<string, string>();
  readonly #uses = new Map<string, SectionUse>();
  readonly #bodies = new Map<string, readonly Directive[]>();
  readonly #wasReady: number;
  #highestSpare = 0;
  readonly #next = new Map<string, number>();

  constructor(table: RouteTable, httpsPort: number, before: HaproxyPlan | undefined) {
    this.#table = table;
    this.#httpsPort = httpsPort;
    this.#wasReady = before?.spares ?? 0;
    this.#names = new Set(before?.sections.keys());
    this.#known = new Map([...(before?.sections ?? [])].map(([section, { key }]) => [key, section]));
  }

  /** For requests. */
  section(need: SectionNeed): string {
    const { route } = need;
    const backend = this.#table.backends.get(need.backend);
    if (route === undefined && (backend === undefined || isPlain(backend.settings))) {
      return this.#take("spare-", need.key, need.backend, () => []);
    }
    return this.#take("own-", `own ${need.key}`, need.backend, () => [
      ...(backend === undefined || isPlain(backend.settings) ? [] : settingsDirectives(backend)),
      ...(route === undefined ? [] : filterDirectives(route, this.#httpsPort)),
    ]);
  }

  /** For connections whose content is nobody's business. */
  streamSection(id: BackendId): string {
    const backend = this.#table.backends.get(id);
    return this.#take("tcp-", `tcp ${id}`, id, () => [
      ["mode", "tcp"],
      ...(backend === undefined || isPlain(backend.settings) ? [] : settingsDirectives(backend, "tcp")),
    ]);
  }

  taken(): TakenSections {
    const servers = new Map<string, readonly HaproxyServer[]>();
    const servedBy = new Map<BackendId, string[]>();
    for (const [section, { backend: id }] of this.#uses) {
      const backend = this.#table.backends.get(id);
      servers.set(section, backend === undefined ? [] : serversOf(backend, section.startsWith("tcp-")));
      const known = servedBy.get(id);
      if (known === undefined) servedBy.set(id, [section]);
      else known.push(section);
    }
    const spares = this.#highestSpare <= this.#wasReady ? this.#wasReady : powerAbove(this.#highestSpare);
    const spare = (_: unknown, place: number): Section => ({
      kind: "backend",
      name: `spare-${place + 1}`,
      directives: [],
    });
    const own = [...this.#bodies].filter(([, directives]) => directives.length > 0);
    return {
      ...{ servers, servedBy, spares, sections: this.#uses },
      bodies: [
        ...Array.from({ length: spares }, spare),
        ...own
          .toSorted(([a], [b]) => (a < b ? -1 : 1))
          .map(([name, directives]) => ({ kind: "backend" as const, name, directives })),
      ],
    };
  }

  #take(prefix: string, key: string, backend: BackendId, body: () => readonly Directive[]): string {
    const taken = this.#byKey.get(key);
    if (taken !== undefined) return taken;
    const name = this.#known.get(key) ?? this.#newName(prefix);
    this.#byKey.set(key, name);
    this.#uses.set(name, { backend, key });
    if (prefix === "spare-") this.#highestSpare = Math.max(this.#highestSpare, Number(name.slice(prefix.length)));
    else this.#bodies.set(name, body());
    return name;
  }

  #newName(prefix: string): string {
    let number = this.#next.get(prefix) ?? 1;
    while (this.#names.has(`${prefix}${number}`)) number++;
    this.#next.set(prefix, number + 1);
    this.#names.add(`${prefix}${number}`);
    return `${prefix}${number}`;
  }
}

/** A power of two with room for a quarter more than are taken. */
const powerAbove = (taken: number): number =>
  Math.max(LEAST_SPARES, 2 ** Math.ceil(Math.log2(Math.max(taken, 1) * 1.25)));
