import assert from "node:assert/strict";
import { test } from "node:test";
import type { Service } from "#api/core/service.ts";
import type { LoadBalancerPool } from "#api/portolan/load-balancer-pool.ts";
import { mustCidr } from "#net/cidr.ts";
import { mustIp } from "#net/ip.ts";
import { rangeOfCidr } from "#net/ip-range.ts";
import { LoadBalancerBook } from "./book.ts";
import { type ClusterAddresses, inOrderOfUse, judgePools } from "./pools.ts";
import { wishOf } from "./wish.ts";

const metadata = (name: string, creationTimestamp = "2026-01-01T00:00:00Z") => ({
  name,
  namespace: "default",
  uid: `uid-of-${name}`,
  resourceVersion: "1",
  creationTimestamp,
});

type PoolSpec = Partial<LoadBalancerPool["spec"]> & { readonly createdAt?: string };

/** `blocks` as in "192.0.2.0/30 2001:db8::1-2001:db8::4". */
function pool(name: string, blocks: string, { createdAt, ...spec }: PoolSpec = {}): LoadBalancerPool {
  const all = blocks.split(" ").map((text) => {
    const [start = "", stop] = text.split("-");
    return stop === undefined ? { cidr: text } : { start, stop };
  });
  return { metadata: metadata(name, createdAt), spec: { blocks: all, autoAssign: true, ...spec }, status: {} };
}

type Spec = Partial<Service["spec"]>;
type Labels = Readonly<Record<string, string>>;
interface Asked {
  readonly spec?: Spec;
  readonly annotations?: Labels;
  readonly labels?: Labels;
  readonly namespaceLabels?: Labels;
}

const tcp = (port: number) => ({ port, protocol: "TCP" }) as const;

const service = (name: string, { spec = {}, annotations = {}, labels = {} }: Asked): Service => ({
  metadata: { ...metadata(name), annotations, labels },
  spec: { type: "LoadBalancer", sessionAffinity: "None", ports: [tcp(80)], ipFamilies: ["IPv4"], ...spec },
  status: { loadBalancer: {} },
});

const cluster: ClusterAddresses = {
  ranges: [
    { ...rangeOfCidr(mustCidr("10.96.0.0/12")), of: "Services" },
    { ...rangeOfCidr(mustCidr("10.244.0.0/16")), of: "pods" },
  ],
  nodes: [mustIp("192.0.2.2")],
};

/** A book with pools, asked by name of a Service; answers are lines. */
class World {
  readonly book = new LoadBalancerBook();

  constructor(...pools: readonly LoadBalancerPool[]) {
    this.use(...pools);
  }
  use(...pools: readonly LoadBalancerPool[]): void {
    this.book.usePools(inOrderOfUse(pools, judgePools(pools, cluster)));
  }
  ask(name: string, asked: Asked = {}): string {
    const wished = wishOf(service(name, asked), asked.namespaceLabels ?? {});
    if (wished.kind !== "wish") return wished.kind === "nothing" ? "nothing" : wished.because.message;
    const outcome = this.book.settle(wished.wish);
    if (outcome.kind === "pending") return `${outcome.because.reason}: ${outcome.because.message}`;
    const has = outcome.addresses.map(({ text }) => text).join(" ");
    return outcome.unmet === undefined ? has : `${has}, but ${outcome.unmet.reason}: ${outcome.unmet.message}`;
  }
  drop(name: string): boolean {
    return this.book.release(`default/${name}`);
  }
}

const shared = (key = "one", more: Spec = {}, port = 80): Asked => ({
  annotations: { "metallb.io/allow-shared-ip": key },
  spec: { ports: [tcp(port)], ...more },
});
const by = (annotation: string, value: string): Asked => ({ annotations: { [annotation]: value } });
const dual = (policy: "PreferDualStack" | "RequireDualStack"): Asked => ({
  spec: { ipFamilies: ["IPv4", "IPv6"], ipFamilyPolicy: policy },
});
const exhausted = "LoadBalancerPoolsExhausted: no available IPs: every address of pool default is in use";

/** Pools, then what is asked and answered. */
type Step = readonly [name: string, asked: Asked, answer: string];
const cases: readonly (readonly [name: string, pools: readonly LoadBalancerPool[], steps: readonly Step[]])[] = [
  [
    "addresses are given out from the first to the last, then the next Service hears why it waits",
    [pool("default", "198.51.100.4/31")],
    [
      ["a", {}, "198.51.100.4"],
      ["b", {}, "198.51.100.5"],
      ["c", {}, exhausted],
      ["a", {}, "198.51.100.4"],
    ],
  ],
  [
    "the address of a node is never given out",
    [pool("default", "192.0.2.1-192.0.2.3")],
    [
      ["a", {}, "192.0.2.1"],
      ["b", {}, "192.0.2.3"],
      ["c", {}, exhausted],
      [
        "d",
        { spec: { loadBalancerIP: "192.0.2.2" } },
        "LoadBalancerAddressOutside: 192.0.2.2 is not an address of pool default",
      ],
    ],
  ],
  [
    "avoidBuggyIPs leaves out .0 and .255",
    [pool("default", "198.51.100.254-198.51.101.1", { avoidBuggyIPs: true })],
    [
      ["a", {}, "198.51.100.254"],
      ["b", {}, "198.51.101.1"],
      ["c", {}, exhausted],
    ],
  ],
  [
    "an address asked for by spec.loadBalancerIP or annotation is had unless another has it",
    [pool("default", "198.51.100.0/28", { autoAssign: false })],
    [
      ["a", { spec: { loadBalancerIP: "198.51.100.7" } }, "198.51.100.7"],
      [
        "b",
        by("metallb.io/loadBalancerIPs", "198.51.100.7"),
        "LoadBalancerAddressTaken: 198.51.100.7 is in use by default/a",
      ],
      ["b", by("portolan.io/load-balancer-ips", "198.51.100.8"), "198.51.100.8"],
      [
        "c",
        by("metallb.universe.tf/loadBalancerIPs", "203.0.113.1"),
        "LoadBalancerAddressOutside: 203.0.113.1 is not an address of pool default",
      ],
      [
        "d",
        {},
        "NoLoadBalancerPool: pool default gives no addresses to this Service unasked: see autoAssign, serviceSelector and namespaceSelector",
      ],
    ],
  ],
  [
    "a wish that can't be read or contradicts itself is told, not guessed",
    [pool("default", "198.51.100.0/28")],
    [
      ["a", by("portolan.io/load-balancer-ips", "one"), '"one" is not an IP address'],
      [
        "b",
        by("portolan.io/load-balancer-ips", "2001:db8::1"),
        "2001:db8::1 is an IPv6 address, and its ipFamilies are IPv4",
      ],
      ["c", by("portolan.io/load-balancer-ips", "198.51.100.1,198.51.100.2"), "it asks for more than one IPv4 address"],
      [
        "d",
        { ...by("metallb.io/loadBalancerIPs", "198.51.100.1"), spec: { loadBalancerIP: "198.51.100.2" } },
        "spec.loadBalancerIP says 198.51.100.2, and its annotation says 198.51.100.1: leave one of them",
      ],
    ],
  ],
  [
    "a Service that can't have its new wish keeps what it has",
    [pool("default", "198.51.100.0/31")],
    [
      ["a", {}, "198.51.100.0"],
      ["b", {}, "198.51.100.1"],
      [
        "a",
        by("metallb.io/loadBalancerIPs", "198.51.100.1"),
        "198.51.100.0, but LoadBalancerAddressTaken: 198.51.100.1 is in use by default/b",
      ],
    ],
  ],
  [
    "a pool asked for by name",
    [pool("default", "198.51.100.0/28"), pool("public", "203.0.113.0/28", { autoAssign: false })],
    [
      ["a", by("metallb.io/address-pool", "public"), "203.0.113.0"],
      [
        "b",
        by("portolan.io/load-balancer-pool", "private"),
        "LoadBalancerPoolUnknown: LoadBalancerPool private is not there, or can't be used",
      ],
      ["a", by("metallb.io/address-pool", "default"), "198.51.100.0"],
    ],
  ],
  [
    "pools for some Services, some namespaces, and in an order",
    [
      pool("a", "198.51.100.0/31", { serviceSelector: { matchLabels: { tier: "web" } }, priority: 1 }),
      pool("b", "198.51.100.2/31", { namespaceSelector: { matchLabels: { team: "red" } }, priority: 2 }),
      pool("c", "198.51.100.4/31"),
      pool("d", "198.51.100.6/31", { priority: 3 }),
    ],
    [
      ["one", {}, "198.51.100.6"],
      ["two", { labels: { tier: "web" }, namespaceLabels: { team: "red" } }, "198.51.100.0"],
      ["three", { namespaceLabels: { team: "red" } }, "198.51.100.2"],
      ["four", {}, "198.51.100.7"],
      ["five", {}, "198.51.100.4"],
    ],
  ],
  [
    "Services with one key and different ports share an address",
    [pool("default", "198.51.100.0/31")],
    [
      ["dns", shared(), "198.51.100.0"],
      ["web", shared("one", {}, 443), "198.51.100.0"],
      ["other", shared("two"), "198.51.100.1"],
      ["late", shared("one", {}, 443), exhausted],
    ],
  ],
  [
    "one number in two protocols is two ports",
    [pool("default", "198.51.100.0/32")],
    [
      ["tcp", shared("k", { ports: [{ port: 53, protocol: "TCP" }] }), "198.51.100.0"],
      ["udp", shared("k", { ports: [{ port: 53, protocol: "UDP" }] }), "198.51.100.0"],
    ],
  ],
  [
    "with externalTrafficPolicy Local only Services of the same pods share",
    [pool("default", "198.51.100.0/30")],
    [
      ["a", shared("k", { externalTrafficPolicy: "Local", selector: { app: "x" } }), "198.51.100.0"],
      ["b", shared("k", { externalTrafficPolicy: "Local", selector: { app: "x" } }, 81), "198.51.100.0"],
      ["c", shared("k", { externalTrafficPolicy: "Local", selector: { app: "y" } }, 82), "198.51.100.1"],
      ["d", shared("k", { externalTrafficPolicy: "Cluster", selector: { app: "x" } }, 83), "198.51.100.2"],
    ],
  ],
  [
    "a port that comes to clash with a sharer's moves the Service that brought it",
    [pool("default", "198.51.100.0/31")],
    [
      ["a", shared("k"), "198.51.100.0"],
      ["b", shared("k", {}, 81), "198.51.100.0"],
      ["b", shared("k", {}, 80), "198.51.100.1"],
    ],
  ],
  [
    "one address a family, both of one pool",
    [pool("four", "198.51.100.0/31"), pool("both", "203.0.113.0/31 2001:db8::/127")],
    [
      ["a", dual("RequireDualStack"), "203.0.113.0 2001:db8::"],
      ["b", dual("PreferDualStack"), "203.0.113.1 2001:db8::1"],
      ["c", dual("PreferDualStack"), "198.51.100.0"],
      [
        "d",
        dual("RequireDualStack"),
        "LoadBalancerPoolsExhausted: no available IPs: every address of any of the pools both, four is in use",
      ],
      [
        "e",
        { spec: { ipFamilies: ["IPv6"] } },
        "LoadBalancerPoolsExhausted: no available IPs: every address of any of the pools both, four is in use",
      ],
    ],
  ],
  [
    "a family that no pool has",
    [pool("four", "198.51.100.0/31")],
    [
      ["a", { spec: { ipFamilies: ["IPv6"] } }, "LoadBalancerFamilyMissing: it needs IPv6, which is not in pool four"],
      ["b", dual("RequireDualStack"), "LoadBalancerFamilyMissing: it needs IPv4 and IPv6, which is not in pool four"],
    ],
  ],
  [
    "a second family comes to the first, and goes",
    [pool("both", "203.0.113.0/31 2001:db8::/127")],
    [
      ["a", {}, "203.0.113.0"],
      ["a", dual("RequireDualStack"), "203.0.113.0 2001:db8::"],
      ["a", {}, "203.0.113.0"],
      ["b", dual("RequireDualStack"), "203.0.113.1 2001:db8::"],
    ],
  ],
  [
    "Services of other types and other classes",
    [pool("default", "198.51.100.0/28")],
    [
      ["a", { spec: { type: "NodePort" } }, "nothing"],
      ["b", { spec: { loadBalancerClass: "portolan.io/load-balancer" } }, "198.51.100.0"],
      [
        "c",
        { spec: { loadBalancerClass: "example.com/internal" } },
        'no load balancer of class "example.com/internal" has given it an address; Portolan serves Services without spec.loadBalancerClass, and those of class "portolan.io/load-balancer"',
      ],
    ],
  ],
  ["no pool at all", [], [["a", {}, "NoLoadBalancerPool: there is no LoadBalancerPool that can be used"]]],
];

for (const [name, pools, steps] of cases)
  test(name, () => {
    const world = new World(...pools);
    for (const [asker, asked, answer] of steps) assert.equal(world.ask(asker, asked), answer, asker);
  });

test("an address outlives edits of its pool, and leaves a pool that is gone for another as soon as there is one", () => {
  const world = new World(pool("default", "198.51.100.0/28"));
  assert.equal(world.ask("a"), "198.51.100.0");
  world.use(pool("default", "198.51.100.0/30", { autoAssign: false, avoidBuggyIPs: true }));
  assert.equal(world.ask("a"), "198.51.100.0");
  world.use();
  assert.equal(world.ask("a"), "198.51.100.0, but NoLoadBalancerPool: there is no LoadBalancerPool that can be used");
  world.use(pool("next", "203.0.113.0/28"));
  assert.equal(world.ask("a"), "203.0.113.0");
});

test("what a Service had before is recalled, and of two that claim one address the first keeps it", () => {
  const world = new World(pool("default", "198.51.100.0/28"));
  for (const name of ["first", "second"]) {
    const wished = wishOf(service(name, {}), {});
    assert.equal(wished.kind, "wish");
    if (wished.kind === "wish") world.book.recall(wished.wish, [mustIp("198.51.100.9")]);
  }
  assert.equal(world.ask("second"), "198.51.100.0");
  assert.equal(world.ask("first"), "198.51.100.9");
});

const verdicts: readonly (readonly [name: string, pools: readonly LoadBalancerPool[], refused: Labels])[] = [
  [
    "of two that overlap the older one is used",
    [
      pool("a", "198.51.100.0/28", { createdAt: "2026-01-02T00:00:00Z" }),
      pool("b", "198.51.100.8-198.51.100.20", { createdAt: "2026-01-01T00:00:00Z" }),
    ],
    { a: "198.51.100.0/28 overlaps with 198.51.100.8-198.51.100.20 of the older pool b" },
  ],
  [
    "the ranges of pods and Services are nobody else's",
    [pool("a", "10.97.0.0/16"), pool("b", "10.0.0.0/8"), pool("c", "10.244.0.0/16")],
    {
      a: "10.97.0.0/16 overlaps with the addresses of Services, 10.96.0.0/12",
      b: "10.0.0.0/8 overlaps with the addresses of Services, 10.96.0.0/12",
      c: "10.244.0.0/16 overlaps with the addresses of pods, 10.244.0.0/16",
    },
  ],
];
for (const [name, pools, refused] of verdicts)
  test(`pools: ${name}`, () => {
    const told = [...judgePools(pools, cluster)].flatMap(([pool, verdict]) =>
      verdict.kind === "refused" ? [[pool, verdict.because.message] as const] : [],
    );
    assert.deepEqual(Object.fromEntries(told), refused);
  });

test("two Services race for the last address: one wins, the other hears why, and nothing is lost", () => {
  for (let seed = 1; seed <= 1000; seed++) {
    const random = numbers(seed);
    const size = 1 + random(4);
    const only = pool("default", `198.51.100.0-198.51.100.${size - 1}`);
    const world = new World(only);
    const racers = Array.from({ length: size + 1 }, (_, i) => `racer-${i}`).toSorted(() => random(3) - 1);
    for (let step = 0; step < 30; step++) {
      const name = racers[random(racers.length)] ?? "";
      if (random(3) === 0) world.drop(name);
      else world.ask(name, random(4) === 0 ? shared("k", {}, 80 + random(2)) : {});
      if (random(10) === 0) world.use(only);
      const usage = world.book.usage(inOrderOfUse([only], judgePools([only], cluster))[0] ?? assert.fail(), "IPv4");
      const used = new Set(racers.flatMap((one) => world.book.addressesOf(`default/${one}`).map(({ text }) => text)));
      assert.equal(usage?.assigned, BigInt(used.size), `seed ${seed}`);
    }
    for (const name of racers) world.drop(name);
    const answers = racers.map((name) => world.ask(name));
    assert.equal(new Set(answers).size, size + 1, `seed ${seed}: ${answers}`);
    assert.equal(answers.filter((answer) => answer === exhausted).length, 1, `seed ${seed}: ${answers}`);
    assert.equal(answers.at(-1), exhausted);
    world.drop(racers[random(size)] ?? "");
    assert.match(world.ask(racers.at(-1) ?? ""), /^198\.51\.100\.\d$/, `seed ${seed}`);
  }
});

/** Whole numbers below what is asked for; they follow from the seed. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return (state >>> 8) % below;
  };
}
