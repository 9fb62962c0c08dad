import type { BackendId, Listener, RouteSet, RouteTable, StreamRoute, TableChange } from "#core/routes/route-table.ts";
import { Registry } from "#metrics/registry.ts";
import { usualLimits } from "#net/http1/refusal.ts";
import type { Engine } from "../engine.ts";
import { type AccessEntry, type Account, accessEntry } from "./access-log.ts";
import { Asks } from "./asks.ts";
import { BackendPool } from "./backend-pool.ts";
import { CertificateShelf } from "./certificates.ts";
import { Deadlines } from "./deadlines.ts";
import { type Hall, httpDoor, streamDoor } from "./doors.ts";
import { Exchange } from "./exchange.ts";
import { type Door, Listeners, type Place } from "./listeners.ts";
import type { Peer } from "./peer.ts";
import { RequestMetrics } from "./request-metrics.ts";
import type { ClientConnection, ClientLimits } from "./service.ts";
import type { ClientRequest, ClientSide, RequestEvents } from "./sides.ts";

export interface EmbeddedOptions {
  /** Where a listener is bound; absent: at its port, on all addresses. */
  readonly placeOf?: (listener: Listener) => Place;
  /** Where a TCP stream is bound. Absent: at its port; or nowhere, where `placeOf` says that listeners are not at theirs. */
  readonly streamPlaceOf?: (stream: StreamRoute) => Place;
  readonly metrics?: Registry;
  /** Hears of every request when it has ended. */
  readonly log?: (entry: AccessEntry) => void;
  readonly limits?: Partial<ClientLimits>;
}

/** An engine that can say where its listeners are. */
export interface EmbeddedEngine extends Engine {
  /** The port of a listener, or the path of its unix socket; undefined where there is no such listener. */
  readonly boundAt: (listener: string) => number | string | undefined;
}

const usual: ClientLimits = { http1: usualLimits, headSeconds: 10, idleSeconds: 60, bodySeconds: 60 };

/** Serves a RouteTable in this process, on sockets of its own. */
export const embeddedEngine = (options: EmbeddedOptions = {}): EmbeddedEngine => new Embedded(options);

class Embedded implements EmbeddedEngine, Hall {
  readonly deadlines = new Deadlines();
  readonly limits: ClientLimits;
  readonly clients = new Set<ClientConnection>();
  readonly shelf = new CertificateShelf();
  readonly asks = new Asks(this.deadlines);
  httpsPort = 443;
  isStopping = false;
  readonly #log: ((entry: AccessEntry) => void) | undefined;
  readonly #metrics: RequestMetrics;
  readonly #placeOf: (listener: Listener) => Place;
  readonly #streamPlaceOf: ((stream: StreamRoute) => Place) | undefined;
  readonly #listeners = new Listeners();
  readonly #pools = new Map<BackendId, BackendPool>();
  #table: RouteTable | undefined;

  constructor({ placeOf, streamPlaceOf, metrics = new Registry(), log, limits }: EmbeddedOptions) {
    this.limits = { ...usual, ...limits };
    this.#log = log;
    this.#metrics = new RequestMetrics(metrics);
    this.#placeOf = placeOf ?? (({ port }) => ({ port }));
    this.#streamPlaceOf = streamPlaceOf ?? (placeOf === undefined ? ({ port }) => ({ port }) : undefined);
  }

  readonly serve = async (table: RouteTable, change: TableChange): Promise<void> => {
    const before = this.#table;
    // Listeners are opened last: whoever comes in finds routes behind them.
    this.#follow(table, before === undefined ? [...table.backends.keys()] : change.backends);
    if (before !== undefined && !change.others) return;
    try {
      await this.#openFor(table);
    } catch (fault) {
      if (before !== undefined) this.#follow(before, change.backends);
      throw fault;
    }
  };

  readonly stop = async ({ drainSeconds }: { readonly drainSeconds: number }): Promise<void> => {
    this.isStopping = true;
    const closed = this.#listeners.close();
    for (const client of [...this.clients]) client.retire();
    const late = setTimeout(() => this.#listeners.cut(), drainSeconds * 1000);
    await closed;
    clearTimeout(late);
    for (const pool of this.#pools.values()) pool.retire();
    this.deadlines.stop();
  };

  readonly boundAt = (listener: string): number | string | undefined => this.#listeners.boundAt(listener);

  begin(client: ClientSide, request: ClientRequest): RequestEvents {
    const exchange = new Exchange(this, client, request);
    exchange.start();
    return exchange;
  }

  refused(
    { peer, protocol }: { readonly peer: Peer; readonly protocol: string },
    status: number,
    because: string,
  ): void {
    this.#log?.({
      time: Date.now() / 1000,
      listener: peer.listener.id,
      client: peer.address?.text ?? "",
      protocol,
      method: "",
      host: "",
      target: "",
      status,
      receivedBytes: 0,
      sentBytes: 0,
      durationMs: 0,
      because,
    });
  }

  finished(account: Account): void {
    this.#metrics.count(account);
    this.#log?.(accessEntry(account, Date.now()));
  }

  routesOf({ routes }: Listener): RouteSet | undefined {
    return this.#table?.routeSets.get(routes);
  }

  poolOf(id: BackendId): BackendPool | undefined {
    return this.#pools.get(id);
  }

  certificateOf(name: string): string | undefined {
    return this.shelf.certificateOf(name)?.fingerprint;
  }

  readonly table = (): RouteTable | undefined => this.#table;

  #follow(table: RouteTable, backends: Iterable<BackendId>): void {
    this.#table = table;
    this.httpsPort = table.listeners.find(({ protocol }) => protocol === "HTTPS")?.port ?? 443;
    for (const id of backends) this.#followBackend(id, table);
  }

  async #openFor(table: RouteTable): Promise<void> {
    const doesTls = table.listeners.some((one) => one.protocol === "HTTPS" && !("path" in this.#placeOf(one)));
    if (doesTls) await this.shelf.follow(table.certificates);
    await this.#listeners.follow(this.#doorsOf(table));
  }

  #doorsOf({ listeners, streams }: RouteTable): readonly Door[] {
    const streamPlaceOf = this.#streamPlaceOf;
    // Datagrams go by the rules of the Service.
    const tcp = streamPlaceOf === undefined ? [] : streams.filter(({ protocol }) => protocol === "TCP");
    return [
      ...listeners.map((listener) => httpDoor(listener, this.#placeOf(listener), this)),
      ...tcp.flatMap((stream) =>
        streamPlaceOf === undefined ? [] : [streamDoor(stream, streamPlaceOf(stream), this)],
      ),
    ];
  }

  #followBackend(id: BackendId, table: RouteTable): void {
    const [backend, known] = [table.backends.get(id), this.#pools.get(id)];
    if (backend === undefined) {
      known?.retire();
      this.#pools.delete(id);
    } else if (known === undefined) this.#pools.set(id, new BackendPool(backend, this.deadlines));
    else known.update(backend);
  }
}
