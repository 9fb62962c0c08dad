/** Runs in a namespace of its own; prints one line of JSON. */
import { NodeTable } from "#core/ruleset/node-table.ts";
import { entryOf } from "#core/services/entry.ts";
import { mustCidr } from "#net/cidr.ts";
import { openNft } from "#os/nft.ts";
import { endpointOf, serviceOf, sliceOf } from "./services.ts";

/** In milliseconds. */
export interface OurTimes {
  readonly way: string;
  readonly plan: number;
  readonly load: number;
  /** From a changed slice to rules in the kernel, and the kernel's share of it; one number a change. */
  readonly change: readonly number[];
  readonly kernel: readonly number[];
}

const count = Number(process.argv[2]);
const changes = 300;
const nodeName = "node-1";
const facts = { nodeName, zone: undefined, families: ["IPv4"] } as const;

const table = new NodeTable({
  table: "portolan",
  nodeName,
  around: {
    families: ["IPv4"],
    clusterCidrs: [mustCidr("10.128.0.0/9")],
    serviceCidrs: [mustCidr("10.96.0.0/12")],
    masqueradesPods: true,
    dnsAddresses: [],
  },
});
const nft = await openNft();
const objects = Array.from(
  { length: count },
  (_, n) => [serviceOf(n), sliceOf(n, [endpointOf(n, 0), endpointOf(n, 1)])] as const,
);
const began = performance.now();
table.change(new Map(objects.map(([service, slice], n) => [`default/s${n}`, entryOf(service, [slice], facts)])));
const planned = performance.now();
await nft.apply(table.printAll());
const loaded = performance.now();

const change: number[] = [];
const kernel: number[] = [];
for (let i = 0; i < changes; i += 1) {
  const n = (i * 7919) % count;
  const [service] = objects[n] ?? [];
  if (service === undefined) break;
  const slice = sliceOf(n, [`10.250.${i >> 8}.${i & 255}`, endpointOf(n, 1)]);
  const heard = performance.now();
  const text = table.print(table.change(new Map([[`default/s${n}`, entryOf(service, [slice], facts)]])));
  const printed = performance.now();
  await nft.apply(text);
  const done = performance.now();
  change.push(done - heard);
  kernel.push(done - printed);
}
nft.close();
const times: OurTimes = { way: nft.way, plan: planned - began, load: loaded - planned, change, kernel };
console.log(JSON.stringify(times));
