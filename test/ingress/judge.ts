import type { Header } from "#core/routes/route-filters.ts";
import type { Ask } from "./scenario.ts";
import type { ScenarioWorld } from "./scenario-world.ts";

/** Something that serves what Ingresses say, or foretells how it would be served. */
export interface Judge extends AsyncDisposable {
  /** As scenarios name it where they skip it. */
  readonly name: "trace" | "haproxy" | "embedded";
  /** Resolves when requests are answered as these objects say. */
  readonly serve: (world: ScenarioWorld) => Promise<void>;
  readonly ask: (ask: Ask) => Promise<Answer>;
}

export interface Answer {
  readonly status: number;
  readonly headers: readonly Header[];
  /** What the pod that answered has seen; undefined where none was asked. */
  readonly seen: Seen | undefined;
  /** The Secret whose certificate was shown, or `default`; undefined without TLS. */
  readonly certificate: string | undefined;
}

export interface Seen {
  readonly namespace: string;
  readonly service: string;
  readonly pod: string;
  /** Of the pod. */
  readonly port: number;
  readonly method: string;
  readonly target: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The first value of a header. */
export const headerOf = (headers: readonly Header[], name: string): string | undefined =>
  headers.find((one) => one.name.toLowerCase() === name)?.value;
