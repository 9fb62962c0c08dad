/** `npm run bench [-- NAME…]`: runs the benches, one after another, and prints what was seen beside its peers and its goals. */
import { cpus, release, totalmem } from "node:os";
import { type Row, show } from "./table.ts";

/** In the order in which they run. */
const benches: Readonly<Record<string, () => Promise<readonly Row[]>>> = {
  async "cold-start"() {
    const { first, again, etcd } = await (await import("./cold-start.ts")).run();
    const goal = { most: 1500 };
    const peer = etcd === undefined ? undefined : { name: "etcd alone, until healthy", value: etcd };
    return [
      { what: "cold start to the last of hello's answers, code compiled before", unit: "ms", ours: again, peer, goal },
      { what: "the same, the very first time", unit: "ms", ours: first, peer, goal: undefined },
    ];
  },
  async memory() {
    const { ours, etcd } = await (await import("./memory.ts")).run();
    const peer = (value: number | undefined) =>
      value === undefined ? undefined : { name: "etcd alone, empty", value };
    return [
      { what: "resident memory, idle", unit: "MB", ours: ours.rss, peer: peer(etcd?.rss), goal: { most: 200 } },
      { what: "proportional set size, idle", unit: "MB", ours: ours.pss, peer: peer(etcd?.pss), goal: undefined },
    ];
  },
  async "pod-start"() {
    const { ready, bare } = await (await import("./pod-start.ts")).run();
    const peer = { name: "bare ip and unshare", value: bare };
    return [{ what: "pod, create to Ready", unit: "ms", ours: ready, peer, goal: undefined }];
  },
  async programming() {
    const { change, kernelP99, load, peerChange, peerLoad } = await (await import("./programming.ts")).run();
    const peer = (value: number | undefined) =>
      value === undefined ? undefined : { name: "iptables-restore --noflush", value };
    return [
      {
        what: "one endpoint change at 10,000 Services",
        unit: "ms",
        ours: change,
        peer: peer(peerChange),
        goal: { mostOfPeer: 1 / 100 },
      },
      {
        what: "its part in the kernel, 99th percentile",
        unit: "ms",
        ours: kernelP99,
        peer: undefined,
        goal: { most: 1 },
      },
      { what: "all rules of 10,000 Services", unit: "ms", ours: load, peer: peer(peerLoad), goal: undefined },
    ];
  },
  async "first-packet-iptables"() {
    const figures = await (await import("./first-packet-iptables.ts")).run();
    if (figures === undefined) return [];
    const at = (name: string): number => figures.get(name) ?? 0;
    return (["legacy", "nft"] as const).map((flavour) => ({
      what: `first packet at 10,000 Services in iptables mode, iptables-${flavour}`,
      unit: "µs",
      ours: at(`ours, ${flavour}, 10000`),
      peer: { name: "kube-proxy's one list", value: at(`kube-proxy, ${flavour}, 10000`) },
      goal: { mostOfPeer: flavour === "legacy" ? 1 / 2.5 : 1 / 5 },
    }));
  },
  async "first-packet"() {
    const { oursAtOne, oursAtMany, peerAtOne, peerAtMany } = await (await import("./first-packet.ts")).run();
    const theirs = (value: number) => ({ name: "kube-proxy's nft layout", value });
    const [unit, goal] = ["µs", { mostOfPeer: 1 }] as const;
    const self = { name: "ours at 1 Service", value: oursAtOne };
    return [
      { what: "first packet at 1 Service", unit, ours: oursAtOne, peer: theirs(peerAtOne), goal },
      { what: "first packet at 10,000 Services", unit, ours: oursAtMany, peer: theirs(peerAtMany), goal },
      { what: "first packet at 10,000 Services", unit, ours: oursAtMany, peer: self, goal: { mostOfPeer: 1.03 } },
    ];
  },
  async "ready-to-rule"() {
    const { p50, p99, peer } = await (await import("./ready-to-rule.ts")).run();
    const theirs = peer === undefined ? undefined : { name: "iptables-restore, without the wait for it", value: peer };
    const what = "pod Ready to rule at 100 changes a second";
    return [
      { what: `${what}, p50`, unit: "ms", ours: p50, peer: theirs, goal: undefined },
      { what: `${what}, p99`, unit: "ms", ours: p99, peer: theirs, goal: { most: 20 } },
    ];
  },
  async "full-load"() {
    const { ours, legacy } = await (await import("./full-load.ts")).run();
    const [[, first] = [0, { load: Number.NaN }], ...rest] = ours;
    const peer = legacy === undefined ? undefined : { name: "iptables-legacy-restore", value: legacy };
    return [
      { what: "full load of 10,000 Services", unit: "ms", ours: first.load, peer, goal: { mostOfPeer: 1 / 2 } },
      ...rest.map(([count, { load }]) => ({
        what: `full load of ${count.toLocaleString("en")} Services`,
        unit: "ms",
        ours: load,
        peer: { name: "ours at 10,000", value: first.load },
        // linear, and a tenth for the noise
        goal: { mostOfPeer: (1.1 * count) / 10_000 },
      })),
    ];
  },
  async dns() {
    const rows = await (await import("./dns.ts")).run();
    const own = rows.find(({ server }) => server === "ours");
    return rows
      .filter(({ server }) => server !== "ours")
      .map(({ server, perSecond }) => ({
        what: "A records",
        unit: "/s",
        ours: own?.perSecond ?? Number.NaN,
        peer: { name: server, value: perSecond },
        goal: server === "unbound" ? { leastOfPeer: 0.6 } : undefined,
      }));
  },
  async ingress() {
    const rows = new Map((await (await import("./ingress.ts")).run()).map((row) => [row.name, row]));
    const pairs = [
      ["ours on HAProxy", "plain HAProxy", 0.95],
      ["ours on HAProxy", "HAProxy with log", undefined],
      ["ours on HAProxy", "nginx", undefined],
      ["ours embedded", "plain HAProxy", 0.65],
      ["ours embedded", "http and undici", 2],
    ] as const;
    return pairs.flatMap(([own, other, leastOfPeer]): readonly Row[] => {
      const [ours, peer] = [rows.get(own), rows.get(other)];
      if (ours === undefined || peer === undefined) return [];
      const goal = leastOfPeer === undefined ? undefined : { leastOfPeer };
      return [
        {
          what: `requests, ${own}`,
          unit: "/s",
          ours: ours.perSecond,
          peer: { name: other, value: peer.perSecond },
          goal,
        },
        {
          what: `CPU for a request, ${own}`,
          unit: "µs",
          ours: ours.cpuMicroseconds,
          peer: { name: other, value: peer.cpuMicroseconds },
          goal: undefined,
        },
      ];
    });
  },
  async failover() {
    const { ours, peer } = await (await import("./failover.ts")).run();
    const theirs = (value: number | undefined) =>
      value === undefined ? undefined : { name: "keepalived, 1 s between advertisements", value };
    const row = { unit: "ms", goal: undefined } as const;
    return [
      { what: "an address answers elsewhere after kill -9, p50", ...row, ours: ours.p50, peer: theirs(peer?.p50) },
      {
        what: "an address answers elsewhere after kill -9, p99",
        ...row,
        ours: ours.p99,
        peer: theirs(peer?.p99),
        goal: { most: 1000 },
      },
      { what: "nobody answers meanwhile, p99", ...row, ours: ours.silentP99, peer: theirs(peer?.silentP99) },
      {
        what: "two answer at once, longest",
        ...row,
        ours: ours.twoMost,
        peer: theirs(peer?.twoMost),
        goal: { most: 0 },
      },
    ];
  },
  async store() {
    const rows = await (await import("./store.ts")).run();
    return rows.map(({ writers, ours, plain }) => ({
      what: `durable creates of 2 KB, ${writers} writers`,
      unit: "/s",
      ours,
      peer: { name: "SQLite, a transaction each", value: plain },
      goal: undefined,
    }));
  },
  async api() {
    const rows = await (await import("./api.ts")).run();
    return rows.map(({ what, perSecond, ratio }) => ({
      what,
      unit: "/s",
      ours: perSecond,
      peer: ratio === 1 ? undefined : { name: "the layer below", value: perSecond / ratio },
      goal: what === "lists of 500 in process" ? { least: 1000 } : undefined,
    }));
  },
  async "api-writes"() {
    const rows = await (await import("./api-writes.ts")).run();
    return rows.flatMap(({ clients, ours, etcd }): readonly Row[] => {
      const peer = (value: number | undefined) => (value === undefined ? undefined : { name: "etcd, puts", value });
      const what = `objects of 2 KiB created over TLS, ${clients} ${clients === 1 ? "client" : "clients"}`;
      return [
        { what, unit: "/s", ours: ours.perSecond, peer: peer(etcd?.perSecond), goal: { leastOfPeer: 0.6 } },
        {
          what: `${what}, p99`,
          unit: "ms",
          ours: ours.p99,
          peer: peer(etcd?.p99),
          goal: clients === 1 ? undefined : { most: 20 },
        },
      ];
    });
  },
  async watchers() {
    const { p50, p99, memory } = await (await import("./watchers.ts")).run();
    const row = { peer: undefined, goal: undefined } as const;
    const what = "a write to its event, 999 watches beside one that never reads";
    return [
      { ...row, what: `${what}, p50`, unit: "ms", ours: p50 },
      { ...row, what: `${what}, p99`, unit: "ms", ours: p99, goal: { most: 100 } },
      { ...row, what: "memory of one more watch", unit: "kB", ours: memory },
    ];
  },
  async "store-start"() {
    const { full, empty } = await (await import("./store-start.ts")).run();
    const peer = { name: "without any", value: empty };
    return [
      {
        what: "server's process with 20,000 objects, until it listens",
        unit: "ms",
        ours: full,
        peer,
        goal: { most: 2000 },
      },
    ];
  },
};

/** Several benches under one name. */
const groups: Readonly<Record<string, readonly string[]>> = {
  dataplane: ["programming", "ready-to-rule", "full-load", "first-packet-iptables", "first-packet"],
};

async function main(asked: readonly string[]): Promise<number> {
  const names = asked.flatMap((name) => groups[name] ?? [name]);
  const unknown = names.filter((name) => !Object.hasOwn(benches, name));
  if (unknown.length > 0) {
    console.error(
      `there is no bench ${unknown.join(", ")}; there are ${Object.keys({ ...benches, ...groups }).join(", ")}`,
    );
    return 1;
  }
  const rows: Row[] = [];
  for (const [name, bench] of Object.entries(benches))
    if (names.length === 0 || names.includes(name)) rows.push(...(await bench()));
  const [cpu] = cpus();
  const memory = `${(totalmem() / 2 ** 30).toFixed(0)} GB`;
  console.log(
    `\n${cpus().length} cores (${cpu?.model.trim()}), ${memory}, Linux ${release()}, Node ${process.version}\n`,
  );
  console.log(show(rows));
  return 0;
}

process.exitCode = await main(process.argv.slice(2));
