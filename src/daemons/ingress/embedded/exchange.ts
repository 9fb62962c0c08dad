import type { Answer as OwnAnswer } from "#core/routes/filters/answer.ts";
import { applyFilters } from "#core/routes/filters/apply.ts";
import { hashValue } from "#core/routes/filters/balancing/hash-source.ts";
import { bodyTooLong, exceeds } from "#core/routes/filters/body-limit.ts";
import type { Filtered, Passage } from "#core/routes/filters/filtered.ts";
import { changed, inTurn, noChanges } from "#core/routes/filters/header-changes.ts";
import { chooseBackend, findRoute } from "#core/routes/match.ts";
import type { HeaderChanges } from "#core/routes/route-filters.ts";
import type { Route } from "#core/routes/route-table.ts";
import type { Field } from "#net/http1/fields.ts";
import { type Asked, readAsked } from "./asked.ts";
import type { AskOutcome } from "./asks.ts";
import type { BackendPool } from "./backend-pool.ts";
import { Delivery, type DeliveryEnd } from "./delivery.ts";
import type { Endpoint } from "./endpoint.ts";
import { pageDelivered } from "./error-page.ts";
import { fieldOf } from "./hop-fields.ts";
import { plainAnswer } from "./own-answers.ts";
import type { Answer, ClientRequest, ClientSide, RequestEvents } from "./sides.ts";
import { keptBy, newCookie } from "./stickiness.ts";
import { TwoWay } from "./tunnel.ts";
import { upgradeWish } from "./websocket.ts";
import type { World } from "./world.ts";

type Passed = Extract<Filtered, { readonly kind: "pass" }>;

/** One request and its answer: which route it takes, what filters make of it, and what of an endpoint's answer the client gets. */
export class Exchange implements RequestEvents, DeliveryEnd {
  readonly #world: World;
  readonly #client: ClientSide;
  readonly #request: ClientRequest;
  readonly #beganAt = performance.now();
  #asked: Asked | undefined;
  #route: Route | undefined;
  #passage: Passage | undefined;
  #responseHeaders: HeaderChanges = noChanges;
  #pool: BackendPool | undefined;
  #delivery: Delivery | undefined;
  /** Whom the client's cookie names. */
  #preferred: Endpoint | undefined;
  /** The answer that a page is fetched for. */
  #pageFor: Answer | undefined;
  #receivedBytes = 0;
  #sentBytes = 0;
  #status = 0;
  #because: string | undefined;
  #release: () => void = () => {};
  #isOver = false;
  /** What of the body came while filters were asking. */
  #early: Uint8Array[] = [];
  #earlyEnd: readonly Field[] | undefined;

  constructor(world: World, client: ClientSide, request: ClientRequest) {
    this.#world = world;
    this.#client = client;
    this.#request = request;
  }

  start(): void {
    const { peer } = this.#client;
    const asked = readAsked(this.#request, peer, this.#world.httpsPort);
    if (asked.kind === "notAsked") {
      this.#answerPlainly(asked.status, asked.because);
      return;
    }
    this.#asked = asked;
    if (this.#isMisdirected(asked)) {
      this.#answerPlainly(421, "OtherCertificate");
      return;
    }
    const routes = this.#world.routesOf(peer.listener);
    const route = routes && findRoute(routes, asked);
    if (route === undefined) {
      this.#answerPlainly(404, "NoRoute");
      return;
    }
    this.#route = route;
    const filtered = applyFilters(route, asked);
    this.#responseHeaders = filtered.responseHeaders;
    if (filtered.asks.length === 0) {
      this.#decided(filtered, noChanges);
      return;
    }
    this.#client.pauseBody();
    this.#world.asks.askAll(route, filtered.asks, (outcome) => this.#heard(outcome, filtered));
  }

  // RequestEvents

  requestPiece(piece: Uint8Array): void {
    if (this.#isOver || this.#pageFor !== undefined) return;
    this.#receivedBytes += piece.length;
    const limit = this.#passage?.maxBodyBytes;
    if (limit !== undefined && exceeds(limit, this.#receivedBytes)) {
      this.#giveUp(bodyTooLong);
      return;
    }
    if (this.#delivery === undefined) this.#early.push(piece);
    else if (!this.#delivery.write(piece)) this.#client.pauseBody();
  }

  requestEnd(trailers: readonly Field[]): void {
    if (this.#isOver || this.#pageFor !== undefined) return;
    if (this.#delivery === undefined) this.#earlyEnd = trailers;
    else this.#delivery.end(trailers);
  }

  requestFlush(): void {
    this.#delivery?.flush();
  }

  requestBroken(status: number, because: string): void {
    if (!this.#isOver) this.#giveUp({ status, headers: [] }, because);
  }

  clientDrained(): void {
    this.#delivery?.resume();
  }

  clientGone(): void {
    if (this.#isOver) return;
    this.#because ??= "ClientGone";
    this.#delivery?.abandon();
    this.#finish();
  }

  // DeliveryEnd

  wantsBody(): void {
    this.#client.resumeBody();
  }

  interim(status: number, fields: readonly Field[]): void {
    this.#client.interim(status, fields);
  }

  answered(answer: Answer, upgrade: string | undefined, by: Endpoint): void {
    if (answer.status === 101) {
      this.#switchProtocols(answer, upgrade);
      return;
    }
    const pageFor = this.#pageFor;
    if (pageFor === undefined && this.#fetchPage(answer)) return;
    this.#begin(pageFor === undefined ? answer : { ...answer, status: pageFor.status, reason: pageFor.reason }, by);
  }

  answerPiece(piece: Uint8Array): void {
    this.#sentBytes += piece.length;
    if (!this.#client.write(piece)) this.#delivery?.pause();
  }

  answerFlush(): void {
    this.#client.flush();
  }

  answerEnd(trailers: readonly Field[]): void {
    this.#client.end(trailers);
    this.#finish();
  }

  failed(status: 502 | 503 | 504, because: string): void {
    if (this.#status === 0) {
      this.#answerPlainly(this.#pageFor?.status ?? status, because);
      return;
    }
    this.#because = because;
    this.#client.cut();
    this.#finish();
  }

  // steps

  /** The host has another certificate than the one that this connection began with (RFC 9110 section 15.5.20). */
  #isMisdirected({ host }: Asked): boolean {
    const { serverName } = this.#client.peer;
    if (serverName === undefined || serverName === host) return false;
    const own = this.#world.certificateOf(host);
    return own !== undefined && own !== this.#world.certificateOf(serverName);
  }

  #heard(outcome: AskOutcome, filtered: Filtered): void {
    this.#release = outcome.release;
    if (this.#isOver) {
      this.#release();
      return;
    }
    if (outcome.kind === "answer") {
      this.#answer(outcome.answer);
      return;
    }
    this.#responseHeaders = inTurn(this.#responseHeaders, outcome.responseHeaders);
    this.#decided(filtered, outcome.requestHeaders);
    this.#delivery?.flush();
  }

  #decided(filtered: Filtered, more: HeaderChanges): void {
    if (filtered.kind === "answer") this.#answer(filtered);
    else this.#pass(filtered, more);
  }

  #pass(passage: Passed, more: HeaderChanges): void {
    const [asked, route] = [this.#asked, this.#route];
    if (asked === undefined || route?.to.kind !== "backends") return;
    const wish = upgradeWish(this.#request);
    if (wish.kind === "malformed") {
      this.#answerPlainly(400, "BadWebSocketRequest");
      return;
    }
    const pool = this.#world.poolOf(chooseBackend(route.to, Math.random).backend);
    if (pool === undefined) {
      this.#answerPlainly(503, "NoEndpoints");
      return;
    }
    this.#passage = passage;
    this.#pool = pool;
    const { settings } = pool.backend;
    this.#preferred = settings.stickiness && keptBy(pool, settings.stickiness, asked);
    const { method, body, expectsContinue } = this.#request;
    const delivery = new Delivery(
      {
        pool,
        peer: this.#client.peer,
        key: settings.balance.kind === "hash" ? hashValue(settings.balance.of, asked) : "",
        preferred: this.#preferred,
        request: {
          method,
          target: passage.query === "" ? passage.path : `${passage.path}?${passage.query}`,
          fields: asked.backendFields(more, passage.requestHeaders).map(fieldOf),
          host: passage.host,
          body,
          upgrade: wish.kind === "websocket" ? "websocket" : undefined,
          expectsContinue,
        },
      },
      this,
    );
    this.#deliver(delivery);
  }

  #deliver(delivery: Delivery): void {
    this.#delivery = delivery;
    const early = this.#early;
    this.#early = [];
    const bytes = early.reduce((sum, { length }) => sum + length, 0);
    if (exceeds(this.#passage?.maxBodyBytes, bytes)) {
      this.#giveUp(bodyTooLong);
      return;
    }
    for (const piece of early) delivery.write(piece);
    if (this.#earlyEnd !== undefined) delivery.end(this.#earlyEnd);
    delivery.start();
  }

  /** false: the client gets the answer itself. */
  #fetchPage(answer: Answer): boolean {
    const [asked, route, pool] = [this.#asked, this.#route, this.#pool];
    if (this.#passage?.errorPages === undefined || asked === undefined || route === undefined || pool === undefined)
      return false;
    const failed = { status: answer.status, asked, route, backend: pool.backend, pages: this.#passage.errorPages };
    const delivered = pageDelivered(failed, this.#client.peer, this.#world);
    if (delivered === undefined) return false;
    this.#delivery?.abandon();
    this.#pageFor = answer;
    this.#delivery = new Delivery(delivered, this);
    this.#delivery.start();
    this.#delivery.end([]);
    return true;
  }

  #begin(answer: Answer, by: Endpoint): void {
    this.#status = answer.status;
    this.#client.begin({ ...answer, fields: this.#changed(answer.fields, by) });
  }

  #changed(fields: readonly Field[], by: Endpoint): readonly Field[] {
    const stickiness = this.#pool?.backend.settings.stickiness;
    const isOwn = this.#pageFor === undefined;
    const cookie =
      stickiness && this.#pool && isOwn ? newCookie(this.#pool, stickiness, by, this.#preferred) : undefined;
    const { remove, set, add } = this.#responseHeaders;
    const changes = cookie === undefined ? this.#responseHeaders : { remove, set, add: [...add, cookie] };
    return remove.length + set.length + changes.add.length === 0 ? fields : changed(fields, changes).map(fieldOf);
  }

  #switchProtocols(answer: Answer, upgrade: string | undefined): void {
    const delivery = this.#delivery;
    if (
      delivery === undefined ||
      upgrade?.toLowerCase() !== "websocket" ||
      upgradeWish(this.#request).kind !== "websocket"
    ) {
      delivery?.abandon();
      this.failed(502, "SwitchNotAsked");
      return;
    }
    this.#status = 101;
    const own: readonly Field[] = [
      { name: "upgrade", shown: "Upgrade", value: "websocket" },
      { name: "connection", shown: "Connection", value: "Upgrade" },
    ];
    const tunnel = new TwoWay({
      deadlines: this.#world.deadlines,
      idleSeconds: this.#pool?.backend.settings.timeouts.read ?? 60,
      closed: ({ sent, received }) => {
        this.#sentBytes += sent;
        this.#receivedBytes += received;
        delivery.abandon();
        this.#finish();
      },
    });
    tunnel.open(
      (end) => this.#client.upgrade({ ...answer, fields: [...answer.fields, ...own] }, end),
      (end) => delivery.upgrade(end),
    );
  }

  /** Answers although the request goes on, or cuts the answer that has begun. */
  #giveUp(answer: OwnAnswer | { readonly status: number; readonly headers: [] }, because?: string): void {
    this.#delivery?.abandon();
    if (this.#status === 0) this.#answer(answer, because);
    else {
      this.#because = because;
      this.#client.cut();
      this.#finish();
    }
  }

  #answerPlainly(status: number, because: string): void {
    this.#answer({ status, headers: [] }, because);
  }

  #answer(own: OwnAnswer | { readonly status: number; readonly headers: readonly [] }, because?: string): void {
    this.#because = "because" in own ? own.because : because;
    this.#status = own.status;
    const headers = changed(own.headers, this.#responseHeaders).filter(({ name }) => name !== "connection");
    const { answer, body } = plainAnswer(own.status, headers, "body" in own ? own.body : undefined);
    this.#sentBytes = body.length;
    this.#client.begin(answer);
    if (body.length > 0) this.#client.write(body);
    this.#client.end([]);
    this.#finish();
  }

  #finish(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#release();
    this.#world.finished({
      client: this.#client,
      request: this.#request,
      asked: this.#asked,
      route: this.#route,
      backend: this.#pool?.backend.id,
      endpoint: this.#delivery?.endpoint,
      status: this.#status,
      receivedBytes: this.#receivedBytes,
      sentBytes: this.#sentBytes,
      durationSeconds: (performance.now() - this.#beganAt) / 1000,
      because: this.#because,
    });
  }
}
