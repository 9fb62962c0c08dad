import assert from "node:assert/strict";
import { suite, test } from "node:test";
import {
  backendLines,
  bookOf,
  certificateSecret,
  classOf,
  configMapOf,
  findingLines,
  ingressOf,
  serviceOf,
  sliceOf,
  TestWorld,
} from "./specimens.ts";

const ours = "portolan.io/ingress";

function worldOf(data: Readonly<Record<string, string>>): TestWorld {
  const world = new TestWorld();
  world.serve("shop/web http=80:10.1.0.1");
  world.classes.set("portolan", classOf("portolan", ours, { parameters: "system/settings" }));
  world.configMaps.set("system/settings", configMapOf("system/settings", data));
  return world;
}

/** `80 443`, then whom the listeners trust, and whether a PROXY header must come first. */
function listenerLine(world: TestWorld): string {
  const [http, https, ...others] = bookOf(world).take().table.listeners;
  assert.ok(http !== undefined && https !== undefined && others.length === 0);
  assert.deepEqual([http.trusted, http.acceptsProxyHeader], [https.trusted, https.acceptsProxyHeader]);
  return [
    http.port,
    https.port,
    ...http.trusted.map(({ text }) => text),
    ...(http.acceptsProxyHeader ? ["PROXY"] : []),
  ].join(" ");
}

suite("peers", () => {
  const cidrs = { "proxy-real-ip-cidr": "10.0.0.0/8, 192.168.1.1,fd00::/8" };
  const forwarded = { "use-forwarded-headers": "true" };
  const proxy = { "use-proxy-protocol": "true" };
  const rows = [
    ["nothing said: nobody is believed", {}, "80 443", []],
    ["headers of all", forwarded, "80 443 0.0.0.0/0 ::/0", []],
    ["headers of some", { ...forwarded, ...cidrs }, "80 443 10.0.0.0/8 192.168.1.1/32 fd00::/8", []],
    ["PROXY from anybody", proxy, "80 443 PROXY", []],
    ["PROXY from some", { ...proxy, ...cidrs }, "80 443 10.0.0.0/8 192.168.1.1/32 fd00::/8 PROXY", []],
    [
      "a block that is none",
      { ...forwarded, "proxy-real-ip-cidr": "10.0.0.0/8,all" },
      "80 443 10.0.0.0/8",
      ["data[proxy-real-ip-cidr]"],
    ],
    [
      "no block at all lets nobody in",
      { ...proxy, "proxy-real-ip-cidr": "10.0.0/8" },
      "80 443 255.255.255.255/32 PROXY",
      ["data[proxy-real-ip-cidr]"],
    ],
    ["blocks for nothing", cidrs, "80 443", ["data[proxy-real-ip-cidr]"]],
    ["neither true nor false", { "use-forwarded-headers": "yes" }, "80 443", ["data[use-forwarded-headers]"]],
  ] as const;
  for (const [name, data, line, fields] of rows) {
    test(name, () => {
      const world = worldOf(data);
      assert.equal(listenerLine(world), line);
      const book = bookOf(world);
      book.take();
      assert.deepEqual(
        findingLines(book.classFindings()),
        fields.map((field) => `refused SettingInvalid ${field}`),
      );
    });
  }
});

suite("streams", () => {
  /** `tcp.9000 -> shop/web:80`. */
  const streamsOf = (data: Readonly<Record<string, string>>, world = worldOf(data)) => {
    const book = bookOf(world);
    const { table } = book.take();
    const lines = table.streams.map(
      ({ id, backend, acceptsProxyHeader }) => `${id} -> ${backend}${acceptsProxyHeader ? " PROXY" : ""}`,
    );
    return { lines, findings: findingLines(book.classFindings()), table };
  };

  const good = [
    [{ "tcp.9000": "shop/web:80" }, "tcp.9000 -> shop/web:80"],
    [{ "tcp.9000": "shop/web:http" }, "tcp.9000 -> shop/web:80"],
    [{ "tcp.9000": "shop/web:80:PROXY" }, "tcp.9000 -> shop/web:80 PROXY"],
    [{ "tcp.9000": "shop/web:80::PROXY" }, "tcp.9000 -> shop/web:80~tcp.9000"],
    [{ "tcp.9000": "shop/web:80:PROXY:PROXY" }, "tcp.9000 -> shop/web:80~tcp.9000 PROXY"],
  ] as const;
  for (const [data, line] of good)
    test(JSON.stringify(data), () => {
      const { lines, findings } = streamsOf(data);
      assert.deepEqual({ lines, findings }, { lines: [line], findings: [] });
    });

  test("of UDP have backends of their own", () => {
    const world = worldOf({ "udp.53": "shop/dns:53" });
    const service = serviceOf("shop/dns", {
      ports: [
        { name: "tcp", port: 53, protocol: "TCP" },
        { name: "udp", port: 53, protocol: "UDP" },
      ],
    });
    world.services.set("shop/dns", service);
    world.allSlices.set("shop/dns", [sliceOf(service, ["10.1.0.9"])]);
    const { lines, table } = streamsOf({}, world);
    assert.deepEqual(lines, ["udp.53 -> shop/dns:53/UDP"]);
    assert.deepEqual(backendLines(table), ["shop/dns:53/UDP = 10.1.0.9:8080"]);
  });

  const bad = [
    { "tcp.0": "shop/web:80" },
    { "tcp.65536": "shop/web:80" },
    { "tcp.80": "shop/web:80" },
    { "tcp.443": "shop/web:80" },
    { "tcp.9000": "shop/web" },
    { "tcp.9000": "web:80" },
    { "tcp.9000": "shop/web:81" },
    { "tcp.9000": "shop/nope:80" },
    { "tcp.9000": "shop/../x:80" },
    { "tcp.9000": "shop/web:80\nbind :22" },
    { "tcp.9000": "shop/web:80:proxy" },
    { "udp.9000": "shop/web:80" },
    { "udp.9000": "shop/web:80:PROXY" },
  ];
  for (const data of bad)
    test(`refused: ${JSON.stringify(data)}`, () => {
      const { lines, findings } = streamsOf({ ...data, "tcp.9999": "shop/web:80" });
      assert.deepEqual(lines, ["tcp.9999 -> shop/web:80"]);
      assert.deepEqual(findings, [`refused SettingInvalid data[${Object.keys(data)[0]}]`]);
    });

  test("begin when their Service comes, and end with it", () => {
    const world = worldOf({ "tcp.9000": "shop/late:80" });
    const book = bookOf(world);
    assert.deepEqual(book.take().table.streams, []);
    world.serve("shop/late 80:10.1.0.5");
    book.setService("shop/late", world);
    const { table, change, classes } = book.take();
    assert.deepEqual([table.streams.length, change.others, classes], [1, true, true]);
    assert.deepEqual(backendLines(table), ["shop/late:80 = 10.1.0.5:8080"]);
    world.configMaps.delete("system/settings");
    book.setConfigMap("system/settings", world);
    assert.deepEqual([book.take().table.streams, [...table.backends.keys()]], [[], []]);
  });
});

test("a setting that isn't known is told about, and the others hold", () => {
  const world = worldOf({ "use-forwarded-headers": "true", "http-snippet": "return 200;" });
  assert.equal(listenerLine(world), "80 443 0.0.0.0/0 ::/0");
  const book = bookOf(world);
  book.take();
  assert.deepEqual(findingLines(book.classFindings()), ["refused SettingUnknown data[http-snippet]"]);
});

test("of two classes the older one's setting holds for both", () => {
  const world = worldOf({ "use-proxy-protocol": "true" });
  world.classes.set("old", classOf("old", ours, { age: 9, parameters: "system/old" }));
  world.classes.set("other", classOf("other", "x.example/other", { age: 10, parameters: "system/none" }));
  world.configMaps.set("system/old", configMapOf("system/old", { "use-proxy-protocol": "false" }));
  assert.equal(listenerLine(world), "80 443");
  const book = bookOf(world);
  book.take();
  assert.deepEqual(findingLines(book.classFindings()), ["refused SettingTaken data[use-proxy-protocol]"]);
});

for (const [name, change] of [
  ["a ConfigMap that isn't there", { name: "nope" }],
  ["another kind", { kind: "IngressParameters" }],
  ["a group", { apiGroup: "x.example" }],
  ["what is no name", { name: ".." }],
  ["no namespace", { scope: "Cluster", namespace: undefined }],
] as const)
  test(`parameters that name ${name} are told about`, () => {
    const world = worldOf({});
    const { metadata, spec } = classOf("portolan", ours, { parameters: "system/settings" });
    const { parameters } = spec;
    assert.ok(parameters !== undefined);
    const { namespace = "", ...rest } = { ...parameters, ...change };
    world.classes.set("portolan", {
      metadata,
      spec: { ...spec, parameters: { ...rest, ...(namespace !== "" && { namespace }) } },
    });
    const book = bookOf(world);
    book.take();
    assert.deepEqual(findingLines(book.classFindings()), ["refused ParametersInvalid spec.parameters"]);
  });

for (const value of ["cert", "a/b/c", "../cert", "system/..", "system/"])
  test(`no default certificate is looked for by the name ${value}`, () => {
    const book = bookOf(worldOf({ "default-ssl-certificate": value }));
    book.take();
    assert.deepEqual(findingLines(book.classFindings()), ["refused SettingInvalid data[default-ssl-certificate]"]);
    assert.deepEqual([...book.reads("Secret")], []);
  });

test("the default certificate may be in any namespace; without one the engine has its own", () => {
  const world = worldOf({ "default-ssl-certificate": "system/cert" });
  const book = bookOf(world);
  assert.equal(book.take().table.certificates.fallback, undefined);
  assert.deepEqual(findingLines(book.classFindings()), ["refused CertificateMissing data[default-ssl-certificate]"]);
  world.secrets.set("system/cert", certificateSecret("system/cert", "names: *.example"));
  book.setSecret("system/cert", world);
  const { table, change, classes } = book.take();
  assert.equal(table.certificates.fallback?.secret, "system/cert");
  assert.deepEqual([change.others, classes, book.classFindings()], [true, true, []]);
});

suite("defaults", () => {
  const settings = {
    "proxy-body-size": "50m",
    "proxy-read-timeout": "300",
    "ssl-redirect": "false",
    "http-redirect-code": "301",
    "whitelist-source-range": "10.0.0.0/8",
  };
  const routesOf = (data: Readonly<Record<string, string>>, annotations: Readonly<Record<string, string>> = {}) => {
    const world = worldOf(data);
    world.add(ingressOf("shop/x: a.example/=web:80", { className: "portolan", annotations }));
    const book = bookOf(world);
    const { table } = book.take();
    const [route] = table.routeSets.get("ingress")?.hosts.get("a.example")?.routes ?? [];
    const [backend] = table.backends.values();
    assert.ok(route !== undefined && backend !== undefined);
    return { route, backend, book, world };
  };

  test("hold where an Ingress says nothing, and where it does they don't", () => {
    const { route, backend } = routesOf(settings);
    assert.equal(route.filters.maxBodyBytes, 50 * 1024 * 1024);
    assert.deepEqual(
      route.filters.sources?.allow.map(({ text }) => text),
      ["10.0.0.0/8"],
    );
    assert.deepEqual(
      [backend.id, backend.settings.timeouts],
      ["shop/web:80~shop/x", { connect: 5, send: 60, read: 300 }],
    );
    const own = {
      "nginx.ingress.kubernetes.io/proxy-body-size": "1k",
      "nginx.ingress.kubernetes.io/force-ssl-redirect": "true",
    };
    const other = routesOf(settings, own).route.filters;
    assert.deepEqual([other.maxBodyBytes, other.httpsRedirect], [1024, { status: 301 }]);
  });

  test("change all Ingresses when they change", () => {
    const { book, world } = routesOf({});
    world.configMaps.set("system/settings", configMapOf("system/settings", { "proxy-body-size": "7" }));
    book.setConfigMap("system/settings", world);
    const { table, change } = book.take();
    assert.deepEqual([[...change.hosts], change.others], [["a.example"], false]);
    assert.equal(table.routeSets.get("ingress")?.hosts.get("a.example")?.routes[0]?.filters.maxBodyBytes, 7);
  });

  test("that can't be read set nothing, and let nobody in where they guard", () => {
    const { route, book } = routesOf({
      "proxy-body-size": "much",
      "denylist-source-range": "everybody",
      "http-redirect-code": "200",
    });
    assert.equal(route.filters.maxBodyBytes, 1024 * 1024);
    assert.deepEqual(
      route.filters.sources?.deny.map(({ text }) => text),
      ["0.0.0.0/0", "::/0"],
    );
    assert.deepEqual(findingLines(book.classFindings()).toSorted(), [
      "refused SettingInvalid data[denylist-source-range]",
      "refused SettingInvalid data[http-redirect-code]",
      "refused SettingInvalid data[proxy-body-size]",
    ]);
    for (const { message } of book.classFindings()) assert.match(message, /^data\[[a-z-]+\]: "/);
  });
});
