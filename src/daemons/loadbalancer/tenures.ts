/** What Leases say about announcing: which nodes may announce at all, and which node has which address. */

import { type Lease, leases } from "#api/coordination/lease.ts";
import { readingOwnWrites } from "#client/cache.ts";
import type { Informer } from "#client/informer.ts";
import type { LeaseClock } from "#client/lease-clock.ts";
import { releasedSpec, type Sighting, sightingOf } from "#client/lease-record.ts";
import { resourceClient } from "#client/resource.ts";
import type { Transport } from "#client/transport.ts";
import type { Standing } from "#core/addresses/load-balancer/announcement.ts";
import {
  announcingNamespace,
  isRecordName,
  nodeLeaseName,
  nodeOfLease,
  recordName,
} from "#core/addresses/load-balancer/announcing-leases.ts";
import { showMicroTime } from "#machinery/time.ts";
import type { Ip } from "#net/ip.ts";

/** Of a record: the hold of the node's Lease under which the node took the address. */
const tenureAnnotation = "portolan.io/tenure";

const tenureOf = ({ spec }: Lease): string => `${spec.holderIdentity}/${spec.leaseTransitions ?? 0}`;

/** A timer may be so much too early, and what it waits for must be over. */
const timerMs = 2;

export interface TenuresOptions {
  readonly transport: Transport;
  readonly leases: Informer<Lease>;
  readonly clock: LeaseClock;
  readonly node: string;
  /** Whatever stood there about the address may be different now. */
  readonly changed: (record: string) => void;
}

export class Tenures {
  readonly #options: TenuresOptions;
  readonly #client: ReturnType<typeof leaseClient>;
  readonly #recordsOf: (node: string) => readonly Lease[];
  readonly #sightings = new Map<string, Sighting>();
  readonly #timers = new Map<string, () => void>();
  /** Since when nobody has it. */
  readonly #free = new Map<string, number>();
  readonly #disconnect: () => void;

  constructor(options: TenuresOptions) {
    this.#options = options;
    this.#client = leaseClient(options);
    this.#recordsOf = options.leases.index(({ metadata, spec }) =>
      isRecordName(metadata.name) ? [spec.holderIdentity ?? ""] : [],
    );
    this.#disconnect = options.leases.onChange((before, after) => this.#hear(before, after));
  }

  stop(): void {
    this.#disconnect();
    for (const callOff of this.#timers.values()) callOff();
  }

  standingOf(ip: Ip): Standing {
    const record = this.#record(ip);
    const node = record?.spec.holderIdentity ?? "";
    const lease = this.#nodeLease(node);
    const counts = lease !== undefined && record?.metadata.annotations?.[tenureAnnotation] === tenureOf(lease);
    if (!counts || lease.spec.holderIdentity === "") {
      const sinceMs = this.#free.get(ip.text) ?? this.#options.clock.elapsedMs();
      this.#free.set(ip.text, sinceMs);
      return { kind: "free", sinceMs, by: node === "" ? undefined : node };
    }
    this.#free.delete(ip.text);
    if (node === this.#options.node) return { kind: "own" };
    const { atMs, durationMs } = this.#see(node, lease);
    return { kind: "other", node, silentFromMs: atMs + durationMs };
  }

  /** Ends a silent node's right to announce anything. Rejects with a conflict where it has been heard of, and not yet here. */
  async end(node: string): Promise<void> {
    const { clock } = this.#options;
    const lease = this.#nodeLease(node);
    if (lease === undefined) return;
    const { atMs, durationMs } = this.#see(node, lease);
    if (atMs + durationMs > clock.elapsedMs()) return; // it has been heard of since that was decided
    await this.#client.update({ ...lease, spec: releasedSpec(lease, clock.now()) });
  }

  /**
   * Writes this node into the address's record, unless another one has it by now. Rejects with a conflict where another was faster, and
   * it isn't known here yet.
   */
  async take(ip: Ip): Promise<void> {
    const { node, clock } = this.#options;
    const own = this.#nodeLease(node);
    if (own === undefined || this.standingOf(ip).kind !== "free") return;
    const record = this.#record(ip);
    const now = showMicroTime(clock.now());
    const spec = {
      holderIdentity: node,
      leaseDurationSeconds: 1,
      acquireTime: now,
      renewTime: now,
      leaseTransitions: record === undefined ? 0 : (record.spec.leaseTransitions ?? 0) + 1,
    };
    const annotations = { [tenureAnnotation]: tenureOf(own) };
    const metadata = { namespace: announcingNamespace, name: recordName(ip), annotations };
    if (record === undefined) await this.#client.create(announcingNamespace, { metadata, spec });
    else await this.#client.update({ ...record, metadata: { ...record.metadata, annotations }, spec });
  }

  /** Whoever comes next in the order may take it. */
  async letGo(ip: Ip): Promise<void> {
    const record = this.#record(ip);
    if (record === undefined || this.standingOf(ip).kind !== "own") return;
    const annotations = { ...record.metadata.annotations, [tenureAnnotation]: "" };
    await this.#client.update({ ...record, metadata: { ...record.metadata, annotations } });
  }

  /** The address is nobody's any more. */
  async forget(ip: Ip): Promise<void> {
    this.#free.delete(ip.text);
    const { name, uid } = this.#record(ip)?.metadata ?? {};
    if (name === undefined || uid === undefined) return;
    await this.#client.delete(announcingNamespace, name, { preconditions: { uid } });
  }

  hasRecord(ip: Ip): boolean {
    return this.#record(ip) !== undefined;
  }

  #record(ip: Ip): Lease | undefined {
    return this.#options.leases.get(announcingNamespace, recordName(ip));
  }
  #nodeLease(node: string): Lease | undefined {
    return node === "" ? undefined : this.#options.leases.get(announcingNamespace, nodeLeaseName(node));
  }

  #hear(before: Lease | undefined, after: Lease | undefined): void {
    const { name } = (after ?? before)?.metadata ?? { name: "" };
    if (isRecordName(name)) this.#options.changed(name);
    const node = nodeOfLease(name);
    if (node === undefined) return;
    if (after !== undefined && node !== this.#options.node) this.#see(node, after);
    const isRenewal = before !== undefined && after !== undefined && tenureOf(before) === tenureOf(after);
    if (!isRenewal) this.#tellOf(node);
  }

  /** A node's Lease as it is now; its addresses are looked at again when nothing is heard of it for as long as the Lease lasts. */
  #see(node: string, lease: Lease): Sighting {
    const { clock } = this.#options;
    const before = this.#sightings.get(node);
    const seen = sightingOf(lease, before, clock.elapsedMs());
    if (seen === before) return seen;
    this.#sightings.set(node, seen);
    this.#timers.get(node)?.();
    const leftMs = seen.atMs + seen.durationMs - clock.elapsedMs();
    const callOff = clock.after(Math.ceil(leftMs) + timerMs, () => this.#tellOf(node));
    this.#timers.set(node, callOff);
    return seen;
  }

  #tellOf(node: string): void {
    for (const { metadata } of this.#recordsOf(node)) this.#options.changed(metadata.name);
  }
}

const leaseClient = ({ transport, leases: informer }: TenuresOptions) =>
  readingOwnWrites(resourceClient(transport, leases), informer);
