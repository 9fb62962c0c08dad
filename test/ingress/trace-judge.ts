import { createHash } from "node:crypto";
import type { Answer as OwnAnswer } from "#core/routes/filters/answer.ts";
import { applyFilters } from "#core/routes/filters/apply.ts";
import { byHash, byTurn, hashed, stickyValue } from "#core/routes/filters/balancing/choose.ts";
import { hashValue } from "#core/routes/filters/balancing/hash-source.ts";
import { bodyTooLong, exceeds } from "#core/routes/filters/body-limit.ts";
import { setCookie } from "#core/routes/filters/cookies.ts";
import { challenge } from "#core/routes/filters/credentials.ts";
import { pageFor } from "#core/routes/filters/error-pages.ts";
import { judged } from "#core/routes/filters/external-auth.ts";
import type { FilterRequest } from "#core/routes/filters/filter-request.ts";
import type { Ask as FilterAsk, Passage } from "#core/routes/filters/filtered.ts";
import { clientOf, forwardedHeaders } from "#core/routes/filters/forwarding.ts";
import { changed, inTurn, noChanges } from "#core/routes/filters/header-changes.ts";
import { isPassable } from "#core/routes/filters/hop-by-hop.ts";
import { utf8 } from "#core/routes/filters/passwords/hashes.ts";
import { verified } from "#core/routes/filters/passwords/verify.ts";
import { admit, type RateState, rateAnswer } from "#core/routes/filters/rate-limit.ts";
import { chooseBackend, findRoute, hostPatterns } from "#core/routes/match.ts";
import { cookieValue } from "#core/routes/request-match.ts";
import { normalHost, normalTarget } from "#core/routes/request-target.ts";
import type { Header, HeaderChanges } from "#core/routes/route-filters.ts";
import type { Backend, BackendId, Route, RouteTable } from "#core/routes/route-table.ts";
import type { Endpoint } from "#core/services/service-map.ts";
import { namedByConnection } from "#net/http1/connection-fields.ts";
import { mustIp } from "#net/ip.ts";
import { seeded } from "../harness/seeded.ts";
import { echoAnswer } from "./echo-answer.ts";
import type { Answer, Judge, Seen } from "./judge.ts";
import type { Ask } from "./scenario.ts";
import { tableOf } from "./scenario-table.ts";
import type { ScenarioWorld } from "./scenario-world.ts";

const ports = { http: 80, https: 443 };
const digest = (algorithm: string) => (bytes: Uint8Array | string) => createHash(algorithm).update(bytes).digest();
const hashes = { md5: digest("md5"), sha1: digest("sha1"), sha256: digest("sha256"), sha512: digest("sha512") };

/** Foretells answers from the RouteTable by the functions that `trace` and the engines share: no socket is opened. */
export class TraceJudge implements Judge {
  readonly name = "trace";
  readonly #chance = seeded(1);
  readonly #rates = new Map<string, RateState>();
  #table: RouteTable | undefined;
  #world: ScenarioWorld | undefined;
  #turn = 0;

  async serve(world: ScenarioWorld): Promise<void> {
    this.#world = world;
    this.#table = tableOf(world, ports).table;
    this.#rates.clear();
  }

  async ask(ask: Ask): Promise<Answer> {
    const set = this.#table?.routeSets.get("ingress");
    const passedOn = ask.scheme === "https" ? this.#table?.passthroughs.get(ask.serverName ?? ask.host) : undefined;
    if (passedOn !== undefined) return this.#passedOn(passedOn.backend, ask);
    const target = normalTarget(ask.target);
    const host = normalHost(ask.host);
    const certificate = ask.scheme === "https" ? this.#certificateFor(ask.serverName ?? host ?? "") : undefined;
    const answered = (status: number, headers: readonly Header[] = []): Answer => ({
      status,
      headers,
      certificate,
      seen: undefined,
    });
    if (target.kind === "refused" || host === undefined || set === undefined) return answered(400);
    const request = requestOf(ask, host, { path: target.path, query: target.query ?? "" });
    const route = findRoute(set, request);
    if (route === undefined) return answered(404);
    const filtered = applyFilters(route, request);
    let [toBackend, toClient] = [noChanges, filtered.responseHeaders];
    for (const one of filtered.asks) {
      const said = this.#askedFor(one, route);
      if (said.kind === "answer") return answered(said.status, changed(said.headers, toClient));
      [toBackend, toClient] = [inTurn(toBackend, said.requestHeaders), inTurn(toClient, said.responseHeaders)];
    }
    if (filtered.kind === "answer") return answered(filtered.status, changed(filtered.headers, toClient));
    const passed = this.#passed(route, request, { ...filtered, ask, toBackend });
    return { ...passed, certificate, headers: changed(passed.headers, toClient) };
  }

  /** The pod of a connection that nobody looks into. */
  #passedOn(backend: BackendId, ask: Ask): Answer {
    const [endpoint] = this.#backend(backend)?.pool.members ?? [];
    if (endpoint === undefined) throw new Error("a connection is closed: no endpoint");
    const headers = Object.fromEntries(ask.headers);
    const { method, body, target } = ask;
    const seen: Seen = { ...this.#identityAt(endpoint), method, target, body, headers: { ...headers, host: ask.host } };
    return { status: 200, headers: [], certificate: "pod", seen };
  }

  /** The Secret whose certificate is shown for a name. */
  #certificateFor(serverName: string): string {
    const byHost = this.#table?.certificates.byHost;
    const shown = [...hostPatterns({ wildcards: "oneLabel" }, serverName)].flatMap((name) => byHost?.get(name) ?? []);
    return shown[0]?.secret.split("/")[1] ?? "default";
  }

  /** What decides beside the request itself. */
  #askedFor(ask: FilterAsk, route: Route): Verdict {
    switch (ask.kind) {
      case "rateLimit": {
        const key = `${route.id} ${ask.key}`;
        const { admitted, state } = admit(ask.limit, this.#rates.get(key), 0);
        this.#rates.set(key, { ...state, open: 0 });
        return admitted ? passes : { kind: "answer", ...rateAnswer(ask.limit) };
      }
      case "basicAuth":
        return verified(ask.given.password, ask, hashes)
          ? passes
          : { kind: "answer", ...challenge(ask.realm, "CredentialsWrong") };
      case "externalAuth": {
        const target = ask.request.url.replace(/^https?:\/\/[^/]*/, "");
        return judged(
          ask.request,
          echoAnswer(target, () => undefined),
        );
      }
    }
  }

  #passed(route: Route, request: FilterRequest, passage: Sent): Omit<Answer, "certificate"> {
    const chosen = route.to.kind === "backends" ? chooseBackend(route.to, this.#chance) : undefined;
    const backend = this.#backend(chosen?.backend);
    const endpoint = backend && this.#endpoint(backend, request);
    if (backend === undefined || endpoint === undefined) return { status: 503, headers: [], seen: undefined };
    if (exceeds(passage.maxBodyBytes, passage.ask.body.length)) return { ...bodyTooLong, seen: undefined };
    if (passage.ask.upgrade !== undefined) return { status: 101, headers: [], seen: undefined };
    const seen = this.#seen(endpoint.endpoint, passage, request);
    const echo = echoAnswer(seen.target, (name) => seen.headers[name]);
    if (echo.afterMs > backend.settings.timeouts.read * 1000) return { status: 504, headers: [], seen: undefined };
    const page = pageFor(passage.errorPages, {
      status: echo.status,
      target: request.sentTarget,
      accept: request.header("accept"),
      requestId: "1",
      ingress: route.origin.name,
      backend,
    });
    const pageBackend = this.#backend(page?.backend);
    const [pagePod] = pageBackend?.pool.members ?? [];
    if (page === undefined || pagePod === undefined) return { status: echo.status, headers: endpoint.headers, seen };
    const headers = Object.fromEntries(page.headers.map(({ name, value }) => [name, value]));
    return {
      status: echo.status,
      headers: endpoint.headers,
      seen: { ...this.#seen(pagePod, passage, request), headers },
    };
  }

  #backend(id: BackendId | undefined): Backend | undefined {
    return id === undefined ? undefined : this.#table?.backends.get(id);
  }

  /** Which endpoint of a backend, and the cookie that makes the client stay there. */
  #endpoint({ id, pool, settings }: Backend, request: FilterRequest): Chosen | undefined {
    const { balance, stickiness } = settings;
    const cookieFor = (one: Endpoint): string => stickyValue(id, one, hashes.sha256);
    const known = stickiness && cookieValue(request.header("cookie"), stickiness.name);
    const sticky = known === undefined ? undefined : pool.members.find((one) => cookieFor(one) === known);
    if (sticky !== undefined) return { endpoint: sticky, headers: [] };
    const endpoint =
      balance.kind === "hash"
        ? byHash(hashed(pool.members), hashValue(balance.of, request))
        : byTurn(pool.members, this.#turn++);
    if (endpoint === undefined || stickiness === undefined) return endpoint && { endpoint, headers: [] };
    return { endpoint, headers: [{ name: "set-cookie", value: setCookie(stickiness, cookieFor(endpoint)) }] };
  }

  /** The request as the pod of that address gets it. */
  #seen(endpoint: Endpoint, passage: Sent, request: FilterRequest): Seen {
    const changes: HeaderChanges = inTurn(passage.toBackend, passage.requestHeaders);
    const headers = changed(request.headers(), changes).map(({ name, value }) => [name.toLowerCase(), value]);
    return {
      ...this.#identityAt(endpoint),
      method: request.method,
      target: passage.query === "" ? passage.path : `${passage.path}?${passage.query}`,
      headers: { ...Object.fromEntries(headers), host: passage.host },
      body: passage.ask.body,
    };
  }

  #identityAt({ ip, port }: Endpoint): Pick<Seen, "namespace" | "service" | "pod" | "port"> {
    const world = this.#world;
    const service = [...(world?.services ?? [])].find(([, { spec }]) => spec.clusterIP === ip.text)?.[0];
    const pod = world?.pods.find((one) => one.ip === ip.text || `${one.namespace}/${one.service}` === service);
    if (pod === undefined) throw new Error(`no pod has the address ${ip.text}`);
    return { namespace: pod.namespace, service: pod.service, pod: pod.name, port };
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

interface Chosen {
  readonly endpoint: Endpoint;
  readonly headers: readonly Header[];
}

interface Sent extends Passage {
  readonly ask: Ask;
  readonly toBackend: HeaderChanges;
}

type Verdict = ReturnType<typeof judged> | ({ readonly kind: "answer" } & OwnAnswer);
const passes: Verdict = { kind: "pass", requestHeaders: noChanges, responseHeaders: noChanges };

/** The request as filters look at it; no peer is trusted. */
function requestOf(
  ask: Ask,
  host: string,
  { path, query }: { readonly path: string; readonly query: string },
): FilterRequest {
  const port = ports[ask.scheme];
  const arrival = {
    peer: mustIp(ask.from),
    trusted: [],
    scheme: ask.scheme,
    authority: ask.host,
    port,
    requestId: "1",
  };
  const sent = [...ask.headers].map(([name, value]) => ({ name: name.toLowerCase(), value }));
  const header = (name: string): string | undefined => sent.find((one) => one.name === name)?.value;
  const named = namedByConnection(header("connection"));
  const kept = sent.filter(({ name }) => isPassable(name) && !named.includes(name));
  return {
    host,
    method: ask.method,
    path,
    query,
    header,
    client: clientOf(arrival, header("x-forwarded-for")),
    scheme: ask.scheme,
    sentTarget: ask.target,
    authority: ask.host,
    port,
    httpsPort: ports.https,
    bodyBytes: utf8(ask.body).length,
    headers: () => changed(kept, forwardedHeaders(arrival, kept)),
  };
}
