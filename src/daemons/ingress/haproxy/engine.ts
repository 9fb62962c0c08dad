import { ROUTE_TABLE } from "#core/routes/haproxy/base.ts";
import { wholeFiles } from "#core/routes/haproxy/files.ts";
import {
  type HaproxyChange,
  type HaproxyPlaces,
  type HaproxyPlan,
  type HaproxyStep,
  type PlanHaproxy,
  SELF_SIGNED,
} from "#core/routes/haproxy/plan.ts";
import type { Backend, BackendId, Finding, RouteTable, TableChange } from "#core/routes/route-table.ts";
import { withoutOrigins } from "#core/routes/without-origins.ts";
import type { Registry } from "#metrics/registry.ts";
import { tableFrom } from "#os/haproxy/answers.ts";
import { ConfigurationRefused } from "#os/haproxy/check.ts";
import type { HaproxyFiles } from "#os/haproxy/generations.ts";
import { type Haproxy, openHaproxy } from "#os/haproxy/haproxy.ts";
import type { HaproxyProgram } from "#os/haproxy/program.ts";
import { RuntimeSocketLost } from "#os/haproxy/runtime-socket.ts";
import { runtimeCommand, Untellable } from "#os/haproxy/runtime-words.ts";
import { everything, type Failure, type Loop, loop } from "../../loop.ts";
import type { Engine } from "../engine.ts";
import { selfSigned } from "../self-signed.ts";
import { carryOut, StepRefused } from "./conversation.ts";
import { isolate } from "./isolation.ts";
import { HaproxyMetrics } from "./metrics.ts";
import { Retirements } from "./retirements.ts";

export interface HaproxyEngineOptions {
  readonly program: HaproxyProgram;
  readonly places: HaproxyPlaces;
  readonly planner: Planner;
  /** Serves what HAProxy can't, at `places.detours`; started with the first plan that needs it. */
  readonly detour: (() => Promise<Engine>) | undefined;
  readonly registry: Registry;
  /** Where the access log goes, if it goes to standard output. */
  readonly output: "inherit" | "ignore" | number;
  /** How long an old worker may let its requests end, where a reload waits for it since there are two. */
  readonly patienceSeconds: number;
  /** Hears which objects are left out because HAProxy does not take what follows from them; none: all is served. */
  readonly refused: (findings: readonly Finding[]) => void;
  /** Hears of trouble that the engine gets over by itself. */
  readonly failed: (failure: Failure) => void;
}

/** What decides: `#core/routes/haproxy`. */
export interface Planner {
  readonly plan: PlanHaproxy;
  readonly changeOf: (before: HaproxyPlan, next: HaproxyPlan) => HaproxyChange;
  readonly usesDetours: (plan: HaproxyPlan) => boolean;
}

export interface HaproxyEngine extends Engine {
  /** Asks the worker that serves: for counters, on demand. Rejects with `RuntimeSocketLost`. */
  readonly ask: (commands: readonly string[]) => Promise<readonly string[]>;
  readonly lookAround: () => Promise<void>;
}

/** Runs HAProxy, or takes over the one that an earlier run has left: it serves on until the first table is there. */
export async function haproxyEngine(options: HaproxyEngineOptions): Promise<HaproxyEngine> {
  const metrics = new HaproxyMetrics(options.registry);
  const { certificate, key } = await selfSigned(Date.now());
  const parts: { engine?: HaproxyRunner } = {};
  const haproxy = await openHaproxy({
    ...options,
    folder: options.places.folder,
    runtimeSocket: options.places.runtimeSocket,
    died: () => parts.engine?.startAgain(),
    cut: (streams) => metrics.cut(streams),
  });
  parts.engine = new HaproxyRunner(options, haproxy, metrics, `${certificate}${key}`);
  return parts.engine;
}

/** After so long without another change what runs is written down, for an unlucky start. */
const rememberMs = 2000;

class HaproxyRunner implements HaproxyEngine {
  readonly #options: HaproxyEngineOptions;
  readonly #haproxy: Haproxy;
  readonly #metrics: HaproxyMetrics;
  readonly #retirements: Retirements;
  readonly #revival: Loop;
  readonly #selfSignedPem: string;
  #turn: Promise<void> = Promise.resolve();
  #current: HaproxyPlan | undefined;
  /** Objects that the current plan is without, and what HAProxy refused. */
  #leftOut: { readonly objects: ReadonlySet<string>; readonly refused: string } | undefined;
  #detour: Engine | undefined;
  #remembering: NodeJS.Timeout | undefined;

  constructor(options: HaproxyEngineOptions, haproxy: Haproxy, metrics: HaproxyMetrics, selfSignedPem: string) {
    this.#options = options;
    this.#haproxy = haproxy;
    this.#metrics = metrics;
    this.#selfSignedPem = selfSignedPem;
    this.#retirements = new Retirements(haproxy.ask, (work) => this.#alone(work).catch(() => {}));
    this.#revival = loop<true>({
      name: "haproxy",
      sources: [],
      plan: () => true,
      apply: () => this.#alone(() => this.#revive()),
      parallel: 1,
      backoff: { firstSeconds: 0.1, longestSeconds: 10, random: Math.random },
      failed: options.failed,
    });
  }

  readonly ask = (commands: readonly string[]): Promise<readonly string[]> => this.#haproxy.ask(commands);

  readonly lookAround = async (): Promise<void> => {
    this.#metrics.stands(this.#haproxy.alive(), this.#retirements.size);
    const [answer = ""] = await this.#haproxy.ask([runtimeCommand("show", "table", ROUTE_TABLE)]).catch(() => []);
    this.#metrics.counted(tableFrom(answer), this.#current?.numbers ?? new Map());
  };

  readonly serve = (table: RouteTable, change: TableChange): Promise<void> =>
    this.#alone(() => this.#serve(table, change));

  readonly stop = async ({ drainSeconds }: { readonly drainSeconds: number }): Promise<void> => {
    await this.#revival.stop();
    await this.#alone(async () => {
      clearTimeout(this.#remembering);
      if (this.#current !== undefined) await this.#haproxy.remember(this.#files(this.#current));
      this.#retirements.forget();
      await this.#haproxy.stop(drainSeconds);
      await this.#detour?.stop({ drainSeconds: 0 });
    });
  };

  /** The worker that took connections has died. */
  startAgain(): void {
    this.#revival.enqueue(everything);
  }

  async #serve(table: RouteTable, change: TableChange): Promise<void> {
    const leftOut = this.#leftOut;
    // What was left out is missed by the change, which speaks of the whole table.
    const next = this.#plan(table, leftOut === undefined ? change : undefined);
    if (leftOut !== undefined && likenessOf(next) === leftOut.refused) {
      await this.#move(this.#plan(withoutOrigins(table, leftOut.objects)), table, change);
      return;
    }
    try {
      await this.#move(next, table, change);
    } catch (fault) {
      if (!(fault instanceof ConfigurationRefused)) throw fault;
      await this.#isolate(next, change, fault);
      return;
    }
    this.#leftOut = undefined;
    if (leftOut !== undefined) this.#options.refused([]);
  }

  #plan(table: RouteTable, change?: TableChange): HaproxyPlan {
    return this.#options.planner.plan(table, this.#options.places, this.#current, change);
  }

  #files(plan: HaproxyPlan): HaproxyFiles {
    return new Map([...wholeFiles(plan), [SELF_SIGNED, this.#selfSignedPem]]);
  }

  /** From the current plan to the next one, by steps where that can be. */
  async #move(next: HaproxyPlan, table: RouteTable, change: TableChange): Promise<void> {
    await this.#serveDetours(next, table, change);
    const before = this.#current;
    const how: HaproxyChange =
      before === undefined || !this.#haproxy.isServing()
        ? { kind: "reload", because: "start" }
        : this.#options.planner.changeOf(before, next);
    if (how.kind === "reload") {
      if (before !== undefined && !this.#haproxy.hasRoom()) await this.#moveEndpoints(before, next);
      return this.#reload(next, how.because);
    }
    if (await this.#carryOut(next, how.steps)) return;
    await this.#reload(next, "a step was refused");
  }

  /** A reload has to wait, and endpoints that have gone can't: routes stay as they are, with the endpoints of now. */
  async #moveEndpoints(before: HaproxyPlan, next: HaproxyPlan): Promise<void> {
    const backends = [...before.table.backends].map(([id, backend]): [BackendId, Backend] => {
      const pool = next.table.backends.get(id)?.pool ?? backend.pool;
      return [id, { ...backend, pool }];
    });
    const changed = { backends: new Set(backends.map(([id]) => id)), hosts: new Set<string>(), others: false };
    const between = this.#plan({ ...before.table, backends: new Map(backends) }, changed);
    const how = this.#options.planner.changeOf(before, between);
    if (how.kind === "steps") await this.#carryOut(between, how.steps);
  }

  /** False where HAProxy has not taken a step. */
  async #carryOut(next: HaproxyPlan, steps: readonly HaproxyStep[]): Promise<boolean> {
    try {
      await carryOut(this.#haproxy, steps, this.#retirements);
    } catch (fault) {
      if (!isOvercomeByReload(fault)) throw fault;
      this.#options.failed({ loop: "haproxy", key: "step", fault, failures: 1 });
      return false;
    }
    for (const { kind } of steps) this.#metrics.changed(kind);
    this.#current = next;
    this.#rememberSoon();
    return true;
  }

  async #reload(next: HaproxyPlan, because: string): Promise<void> {
    await this.lookAround();
    await this.#haproxy.load(this.#files(next));
    this.#metrics.begunAnew();
    this.#retirements.forget();
    this.#current = next;
    this.#metrics.reloaded(because);
  }

  async #serveDetours(next: HaproxyPlan, table: RouteTable, change: TableChange): Promise<void> {
    const { detour, planner } = this.#options;
    const changesRoutes = this.#current === undefined || change.hosts.size > 0 || change.others;
    if (detour === undefined || (this.#detour === undefined && !(changesRoutes && planner.usesDetours(next)))) return;
    this.#detour ??= await detour();
    await this.#detour.serve(table, change);
  }

  /** HAProxy refuses the whole: it gets all but what it is refused for, and where that can't be told, what it had last. */
  async #isolate(next: HaproxyPlan, change: TableChange, fault: ConfigurationRefused): Promise<void> {
    const isolated = await isolate(next.table, fault, {
      plan: (table) => this.#plan(table),
      check: (plan) => this.#haproxy.check(this.#files(plan)),
    });
    if (isolated === undefined) {
      if (!this.#haproxy.isServing()) await this.#haproxy.loadLastGood();
      throw fault;
    }
    await this.#move(this.#plan(isolated.table), next.table, change);
    this.#leftOut = { objects: isolated.objects, refused: likenessOf(next) };
    this.#options.refused(isolated.findings);
  }

  async #revive(): Promise<undefined> {
    if (this.#haproxy.isServing()) return;
    if (this.#current === undefined) await this.#haproxy.loadLastGood();
    else await this.#reload(this.#current, "the worker died");
  }

  #rememberSoon(): void {
    this.#remembering ??= setTimeout(() => {
      this.#remembering = undefined;
      const remembered = this.#alone(async () => {
        if (this.#current !== undefined) await this.#haproxy.remember(this.#files(this.#current));
      });
      remembered.catch((fault) => this.#options.failed({ loop: "haproxy", key: "last good", fault, failures: 1 }));
    }, rememberMs).unref();
  }

  /** One after another: nobody else speaks to HAProxy meanwhile. */
  #alone<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.then(
      () => {},
      () => {}, // who asked for it hears of it
    );
    return done;
  }
}

/** The same where HAProxy would refuse the one as it has the other: endpoints come and go without a difference. */
const likenessOf = ({ config, maps, certificateList }: HaproxyPlan): string =>
  JSON.stringify([config, [...maps].map(([name, lines]) => [name, ...lines]), certificateList]);

const isOvercomeByReload = (fault: unknown): fault is StepRefused | Untellable | RuntimeSocketLost =>
  fault instanceof StepRefused || fault instanceof Untellable || fault instanceof RuntimeSocketLost;
