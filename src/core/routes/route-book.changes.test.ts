import assert from "node:assert/strict";
import { test } from "node:test";
import { seeded } from "../../../test/harness/seeded.ts";
import type { RouteBook, TakenTable } from "./route-book.ts";
import type { RouteTable } from "./route-table.ts";
import { nameOf } from "./route-world.ts";
import {
  backendLines,
  bookOf,
  certificateSecret,
  classOf,
  configMapOf,
  ingressOf,
  routeLines,
  serviceOf,
  sliceOf,
  TestWorld,
} from "./specimens.ts";

const setNames = (change: TakenTable["change"]) => [
  [...change.backends].toSorted(),
  [...change.hosts].toSorted(),
  change.others,
];

test("a change of endpoints changes that backend alone, and says so", () => {
  const world = new TestWorld();
  world.serve("web 80:10.1.0.1");
  world.serve("api 80:10.1.0.2");
  world.add(ingressOf("x: a.example/=web:80 a.example/api=api:80"));
  const book = bookOf(world);
  const { table } = book.take();
  const host = table.routeSets.get("ingress")?.hosts.get("a.example");
  const api = table.backends.get("default/api:80");
  world.serve("web 80:10.1.0.1 10.1.0.3");
  book.setService("default/web", world);
  const taken = book.take();
  assert.deepEqual(setNames(taken.change), [["default/web:80"], [], false]);
  assert.equal(taken.ingresses.size, 0);
  assert.equal(taken.table.routeSets.get("ingress")?.hosts.get("a.example"), host);
  assert.equal(taken.table.backends.get("default/api:80"), api);
  assert.deepEqual(backendLines(taken.table), [
    "default/api:80 = 10.1.0.2:8080",
    "default/web:80 = 10.1.0.1:8080 10.1.0.3:8080",
  ]);
});

test("what changes nothing says so: a status, a label of a Service, the same endpoints in another slice", () => {
  const world = new TestWorld();
  world.serve("web 80:10.1.0.1");
  const x = ingressOf("x: a.example/=web:80");
  world.add(x);
  const book = bookOf(world);
  book.take();
  world.add({ ...x, status: { loadBalancer: { ingress: [{ ip: "192.0.2.1" }] } } });
  book.setIngress("default/x", world);
  const service = serviceOf("web 80");
  world.services.set("default/web", { ...service, metadata: { ...service.metadata, labels: { a: "b" } } });
  world.allSlices.set("default/web", [sliceOf(service, []), sliceOf(service, ["10.1.0.1"])]);
  book.setService("default/web", world);
  const { change, ingresses, classes } = book.take();
  assert.deepEqual([setNames(change), ingresses.size, classes], [[[], [], false], 0, false]);
});

test("a change of an Ingress makes its hosts anew, and tells those that it gives way to or stands in the way of", () => {
  const world = new TestWorld();
  world.serve("web 80:10.1.0.1");
  world.add(ingressOf("old: a.example/=web:80", { age: 9 }), ingressOf("new: a.example/=web:80 b.example/=web:80"));
  const book = bookOf(world);
  book.take();
  world.ingresses.delete("default/old");
  book.setIngress("default/old", world);
  const { change, ingresses, table } = book.take();
  assert.deepEqual(setNames(change), [[], ["a.example"], false]);
  assert.deepEqual([...ingresses].toSorted(), ["default/new", "default/old"]);
  assert.deepEqual(routeLines(table), ["a.example prefix / -> default/web:80", "b.example prefix / -> default/web:80"]);
  assert.deepEqual(book.findingsOf("default/new"), []);
  assert.equal(book.entry("default/old"), undefined);
});

test("a canary is spoken to as its main, also when that changes its way of speaking alone", () => {
  const world = new TestWorld();
  world.serve("web 80:10.1.0.1");
  world.serve("new 80:10.1.0.2");
  const main = (protocol: string) =>
    ingressOf("main: a.example/=web:80", { annotations: { "nginx.ingress.kubernetes.io/backend-protocol": protocol } });
  const annotations = {
    "nginx.ingress.kubernetes.io/canary": "true",
    "nginx.ingress.kubernetes.io/canary-by-header": "x",
  };
  world.add(main("GRPC"), ingressOf("canary: a.example/=new:80", { annotations }));
  const book = bookOf(world);
  book.take();
  world.add(main("HTTPS"));
  book.setIngress("default/main", world);
  const { table, change } = book.take();
  const spoken = [...table.backends.values()].map(({ id, settings }) => `${id} ${settings.protocol}`);
  assert.deepEqual(spoken.toSorted(), ["default/new:80~default/main https", "default/web:80~default/main https"]);
  assert.deepEqual(setNames(change), [["default/new:80~default/main", "default/web:80~default/main"], [], false]);
});

/** A random world, and what is told to a book while it changes. */
class RandomWorld extends TestWorld {
  readonly #random: () => number;

  constructor(seed: number) {
    super();
    this.#random = seeded(seed);
  }

  below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  pick<T>(...from: readonly [T, ...(readonly T[])]): T {
    return from[this.below(from.length)] ?? from[0];
  }

  /** Changes one object, and tells the books. */
  step(book: RouteBook): void {
    const namespace = this.pick("default", "default", "shop");
    this.pick(
      () => this.#changeIngress(`${namespace}/${this.pick("a", "b", "c", "d")}`, book),
      () => this.#changeIngress(`${namespace}/${this.pick("a", "b", "c", "d")}`, book),
      () => this.#changeService(`${namespace}/${this.pick("web", "api")}`, book),
      () => this.#changeSecret(`${namespace}/${this.pick("cert", "other", "users")}`, book),
      () => this.#changeClasses(book),
      () => this.#changeSettings(book),
    )();
  }

  #changeIngress(name: string, book: RouteBook): void {
    if (this.below(4) === 0) this.ingresses.delete(name);
    else {
      const rows = Array.from({ length: 1 + this.below(4) }, () => this.#row());
      const tls = this.pick(
        undefined,
        undefined,
        [{ hosts: [this.#host(), this.#host()], secretName: this.pick("cert", "other", "none") }],
        [{ secretName: "cert" }],
        [{ hosts: [this.#host()] }],
      );
      const className = this.pick(undefined, undefined, "portolan", "other");
      const annotations = Object.fromEntries(
        Array.from({ length: this.below(3) }, () => this.#annotations())
          .flat()
          .map(([key, value]) => [`nginx.ingress.kubernetes.io/${key}`, value]),
      );
      const draft = { age: this.below(30), annotations, ...(tls && { tls }), ...(className && { className }) };
      this.add(ingressOf(`${name}: ${rows.join(" ")}`, draft));
    }
    book.setIngress(name, this);
  }

  #host = (): string => this.pick("a.example", "b.example", "c.b.example", "*.example", "*.b.example");

  #row(): string {
    const backend = this.pick("web:80", "api:80", "api:http", "web:http", "none:80");
    if (this.below(6) === 0) return `*=${backend}`;
    const path = this.pick("/", "/x", "/x$", "/x/y", "/y~", "/bad\\");
    return `${this.pick(this.#host(), this.#host(), "")}${path}=${backend}`;
  }

  #annotations = (): readonly (readonly [string, string])[] =>
    this.pick<readonly (readonly [string, string])[]>(
      [
        ["canary", "true"],
        ["canary-weight", this.pick("0", "20", "100")],
      ],
      [
        ["canary", "true"],
        ["canary-by-header", "x"],
        ["canary-by-cookie", "x"],
      ],
      [["server-alias", this.#host().replace("*", "d")]],
      [["from-to-www-redirect", "true"]],
      [["ssl-passthrough", "true"]],
      [["backend-protocol", this.pick("GRPC", "HTTPS")]],
      [["service-upstream", "true"]],
      [
        ["default-backend", this.pick("web", "api", "none")],
        ["custom-http-errors", "404"],
      ],
      [["app-root", "/app"]],
      [["use-regex", "true"]],
      [["force-ssl-redirect", "true"]],
      [
        ["auth-type", "basic"],
        ["auth-secret", this.pick("cert", "users")],
      ],
      [["permanent-redirect", "https://x.example"]],
      [["whitelist-source-range", "10.0.0.0/8"]],
      [["nonsense", "x"]],
    );

  #changeService(name: string, book: RouteBook): void {
    if (this.below(5) === 0) this.services.delete(name);
    else {
      const spec = this.below(6) === 0 ? { type: "ExternalName" as const, externalName: "x.example" } : {};
      const service = serviceOf(`${name} ${this.pick("80", "http=80", "81", "http=81")}`, spec);
      const addresses = ["10.1.0.1", "10.1.0.2", "10.1.0.3!", "10.1.0.4"].filter(() => this.below(2) === 0);
      this.services.set(nameOf(service), service);
      this.allSlices.set(name, [sliceOf(service, addresses)]);
    }
    book.setService(name, this);
  }

  #changeSecret(name: string, book: RouteBook): void {
    const pem = this.pick("names: a.example", "names: *.example", "names: b.example; until 5", "problem: no PEM");
    if (this.below(5) === 0) this.secrets.delete(name);
    else this.secrets.set(name, certificateSecret(name, pem));
    book.setSecret(name, this);
  }

  #changeClasses(book: RouteBook): void {
    const name = this.pick("portolan", "other");
    const isDefault = { "ingressclass.kubernetes.io/is-default-class": this.pick("true", "false") };
    const controller = this.pick("portolan.io/ingress", "portolan.io/ingress", "x.example/other");
    const draft = {
      annotations: isDefault,
      age: this.below(9),
      parameters: this.pick("default/settings", "default/more"),
    };
    if (this.below(4) === 0) this.classes.delete(name);
    else this.classes.set(name, classOf(name, controller, draft));
    book.setClasses(this);
  }

  #changeSettings(book: RouteBook): void {
    const name = this.pick("default/settings", "default/more");
    const data = this.pick<Readonly<Record<string, string>>>(
      {},
      { "default-ssl-certificate": "shop/cert", "tcp.9000": "default/web:80" },
      { "use-proxy-protocol": this.pick("true", "false"), "tcp.9000": "shop/api:http::PROXY" },
      { "use-forwarded-headers": "true", unknown: "1", "proxy-body-size": this.pick("7", "8") },
      { "load-balance": "random" },
    );
    if (this.below(4) === 0) this.configMaps.delete(name);
    else this.configMaps.set(name, configMapOf(name, data));
    book.setConfigMap(name, this);
  }
}

/** The parts of a table, as they are now: it is a view. */
const frozen = (table: RouteTable): RouteTable => structuredClone(table);

/** All that a book says. */
const saidBy = (book: RouteBook, world: TestWorld) => ({
  entries: new Map([...world.ingresses.keys()].map((name) => [name, [book.entry(name), book.findingsOf(name)]])),
  classes: book.classFindings(),
});

/** What differs between two tables. */
function differenceOf(before: RouteTable | undefined, after: RouteTable): TakenTable["change"] {
  const keysThatDiffer = <T>(a: ReadonlyMap<string, T> | undefined, b: ReadonlyMap<string, T>): ReadonlySet<string> =>
    new Set(
      [...(a?.keys() ?? []), ...b.keys()].filter(
        (key) => JSON.stringify(plain(a?.get(key))) !== JSON.stringify(plain(b.get(key))),
      ),
    );
  const hostsOf = (table: RouteTable | undefined) => table?.routeSets.get("ingress")?.hosts ?? new Map();
  const others = ({ listeners, certificates, passthroughs, streams }: RouteTable) =>
    JSON.stringify(
      plain([
        listeners,
        certificates.fallback,
        [...certificates.byHost].toSorted(),
        [...passthroughs].toSorted(),
        streams,
      ]),
    );
  return {
    backends: keysThatDiffer(before?.backends, after.backends),
    hosts: keysThatDiffer(hostsOf(before), hostsOf(after)),
    others: before === undefined || others(before) !== others(after),
  };
}
/** Routes are named each once, and lead to backends that are there. */
function assertWhole({ routeSets, backends, passthroughs, streams }: RouteTable): void {
  const routes = [...(routeSets.get("ingress")?.hosts.values() ?? [])].flatMap((host) => host.routes);
  assert.equal(new Set(routes.map(({ id }) => id)).size, routes.length);
  const meant = [
    ...routes.flatMap(({ to }) => (to.kind === "backends" ? to.backends : [])),
    ...passthroughs.values(),
    ...streams,
  ];
  for (const { backend } of meant) assert.ok(backends.has(backend), backend);
}

const plain = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value ?? null, (_, one) => (typeof one === "bigint" ? `${one}n` : one)));

for (let seed = 1; seed <= 12; seed++) {
  test(`after any changes a book says the same as one that begins there, and what differs from before (seed ${seed})`, () => {
    const world = new RandomWorld(seed);
    const book = bookOf(world);
    let before = frozen(book.take().table);
    let said = saidBy(book, world);
    for (let round = 0; round < 60; round++) {
      for (let i = 0; i <= world.below(3); i++) world.step(book);
      const { table, change, ingresses } = book.take();
      assertWhole(table);
      const fresh = bookOf(world);
      assert.deepEqual(table, fresh.take().table);
      const now = saidBy(book, world);
      assert.deepEqual(now, saidBy(fresh, world));
      assert.deepEqual(setNames(change), setNames(differenceOf(before, table)), `round ${round}`);
      for (const [name, one] of now.entries)
        if (!ingresses.has(name)) assert.deepEqual(one[1], said.entries.get(name)?.[1], `${name} is told nothing new`);
      before = frozen(table);
      said = now;
    }
  });
}
