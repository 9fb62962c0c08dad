import { randomUUID } from "node:crypto";
import { leases } from "#api/coordination/lease.ts";
import { type Node, nodes } from "#api/core/node.ts";
import { type Service, services } from "#api/core/service.ts";
import { type EndpointSlice, endpointSlices } from "#api/discovery/endpoint-slice.ts";
import type { Backoff } from "#client/backoff.ts";
import { type EventRecorder, eventRecorder, referenceTo } from "#client/events.ts";
import { keyOf } from "#client/informer.ts";
import type { Informers } from "#client/informers.ts";
import { type LeaseClock, machineClock } from "#client/lease.ts";
import type { Transport } from "#client/transport.ts";
import {
  announcedAddresses,
  announcers,
  type Duty,
  dutyOf,
  inOrder,
  nodesWithEndpoints,
  type Standing,
} from "#core/addresses/load-balancer/announcement.ts";
import { announcingNamespace, recordName } from "#core/addresses/load-balancer/announcing-leases.ts";
import { type Ip, mustIp } from "#net/ip.ts";
import { type LanAnswers, type LanAnswersOptions, type LanLink, openLanAnswers } from "#os/lan-answers.ts";
import { type Again, changesOf, everything, type Failure, type Loop, loop, type Source } from "../loop.ts";
import { OwnLease } from "./own-lease.ts";
import { Tenures } from "./tenures.ts";

export interface AnnouncerOptions extends LanAnswersOptions {
  readonly transport: Transport;
  readonly informers: Informers;
  readonly nodeName: string;
  /** Called before the machine is changed for the first time. */
  readonly begins: () => void;
  /** Hears what failed and is tried again. */
  readonly failed: (failure: Failure) => void;
  readonly clock?: LeaseClock;
}

export interface Announcer {
  readonly idle: () => Promise<void>;
  /** Other nodes take its addresses at once. */
  readonly stop: () => Promise<void>;
}

/**
 * Answers on the LAN for addresses of load balancers: of all nodes exactly one for each address, as long as it can renew its Lease.
 * The machine itself finds the addresses in any case. Starts at once; costs nothing while no Service has an address.
 */
export function startAnnouncer(options: AnnouncerOptions): Announcer {
  return new Announcing(options);
}

/** When everybody is told, in seconds after the address was taken: once may be lost. */
const proclaimedAfterSeconds = [0, 0.2, 1];
/** Networks come and go. */
const noLinkSeconds = 10;
const parallel = 16;

interface Work {
  readonly ip: Ip;
  readonly users: readonly Service[];
  readonly standing: Standing;
  readonly duty: Duty | { readonly kind: "forget" };
}

class Announcing implements Announcer {
  readonly #options: AnnouncerOptions;
  readonly #clock: LeaseClock;
  readonly #tenures: Tenures;
  readonly #own: OwnLease;
  readonly #recorder: EventRecorder;
  readonly #loops: readonly Loop[];
  readonly #usersOf: (address: string) => readonly Service[];
  readonly #slicesOf: (service: string) => readonly EndpointSlice[];
  /** Addresses that Services have or had, by the name of their record. */
  readonly #byRecord = new Map<string, Ip>();
  readonly #announced = new Map<string, LanLink>();
  #answers: Promise<LanAnswers> | undefined;
  /** Of the Lease under which the kernel was last allowed to answer. */
  #tenure: number | undefined;

  constructor(options: AnnouncerOptions) {
    const { transport, informers, nodeName, failed, clock = machineClock } = options;
    this.#options = options;
    this.#clock = clock;
    const held = informers.of(leases, { namespace: announcingNamespace });
    this.#usersOf = informers.of(services).index(addressesOf);
    this.#slicesOf = informers.of(endpointSlices).index(serviceOf);
    this.#recorder = eventRecorder(transport, { component: "portolan-announcer", host: nodeName });
    this.#own = new OwnLease({
      wish: { node: nodeName, identity: `${nodeName}_${randomUUID().slice(0, 8)}` },
      around: {
        transport,
        leases: held,
        clock,
        random: Math.random,
        failed: (fault) => this.#failedAt("lease", fault),
      },
      changed: (isHeld) => this.#ownLeaseChanged(isHeld),
      renewed: () => void this.#allow(),
    });
    this.#tenures = new Tenures({
      transport,
      leases: held,
      clock,
      node: nodeName,
      changed: (record) => {
        const ip = this.#byRecord.get(record);
        if (ip !== undefined) announcing.enqueue(ip.text);
      },
    });
    const backoff: Backoff = { firstSeconds: 0.01, longestSeconds: 5, random: Math.random };
    const announcing = loop<Work>({
      name: "announcer",
      sources: [...this.#sources(), { connect: () => () => {}, synced: held.synced }],
      plan: (address) => this.#plan(mustIp(address)),
      apply: (work) => this.#apply(work),
      parallel,
      backoff,
      failed,
    });
    const routing = loop<readonly Ip[]>({
      name: "announcer routes",
      sources: [changesOf(informers.of(services), (one, other) => (sameAddresses(one, other) ? [] : [everything]))],
      plan: () => this.#routes(),
      apply: async (ips) => (await this.#hands()).route(ips).then(() => undefined),
      parallel: 1,
      backoff,
      failed,
    });
    this.#loops = [announcing, routing];
  }

  readonly idle = async (): Promise<void> => {
    for (const one of this.#loops) await one.idle();
  };

  readonly stop = async (): Promise<void> => {
    await Promise.all(this.#loops.map((one) => one.stop()));
    this.#tenures.stop();
    await this.#forbid();
    await this.#own.stop();
    await (await this.#answers)?.close();
  };

  /** What each change concerns, as addresses. */
  #sources(): readonly Source[] {
    const { informers } = this.#options;
    const [allServices, allNodes] = [informers.of(services), informers.of(nodes)];
    const all = () => allServices.list().flatMap(addressesOf);
    return [
      changesOf(allServices, addressesOf),
      changesOf(allNodes, (node, other) => (other !== undefined && sameMerits(node, other) ? [] : all())),
      changesOf(informers.of(endpointSlices), (slice) => {
        const [key = ""] = serviceOf(slice);
        const [namespace = "", name = ""] = key.split("/");
        const service = allServices.get(namespace, name);
        return service === undefined ? [] : addressesOf(service);
      }),
    ];
  }

  #plan(ip: Ip): Work | undefined {
    const users = this.#usersOf(ip.text);
    this.#byRecord.set(recordName(ip), ip);
    const standing = this.#tenures.standingOf(ip);
    if (users.length === 0) return this.#planWithout(ip, standing);
    const order = inOrder(ip.text, this.#candidates(users));
    const duty = dutyOf(standing, { node: this.#options.nodeName, order }, this.#clock.elapsedMs());
    // While its node is heard of, there is nothing to wait for: its silence is told.
    const isHeard = standing.kind === "other" && standing.silentFromMs > this.#clock.elapsedMs();
    if (isHeard || duty.kind === "nothing") {
      this.#own.noLonger(ip.text);
      return this.#announced.has(ip.text) ? { ip, users, standing, duty: { kind: "nothing" } } : undefined;
    }
    return { ip, users, standing, duty };
  }

  #planWithout(ip: Ip, standing: Standing): Work | undefined {
    this.#byRecord.delete(recordName(ip));
    const isOurs = standing.kind === "own" || this.#announced.has(ip.text);
    const isLeft = standing.kind === "free" && this.#tenures.hasRecord(ip);
    return isOurs || isLeft ? { ip, users: [], standing, duty: { kind: "forget" } } : undefined;
  }

  #candidates(users: readonly Service[]): readonly string[] {
    const able = announcers(this.#options.informers.of(nodes).list());
    return users
      .filter(({ spec }) => spec.externalTrafficPolicy === "Local")
      .map((service) => nodesWithEndpoints(this.#slicesOf(keyOf(service))))
      .reduce((rest, having) => rest.filter((node) => having.has(node)), able);
  }

  async #apply({ ip, users, standing, duty }: Work): Promise<Again | undefined> {
    switch (duty.kind) {
      case "wait":
        return { againSeconds: Math.max(0, duty.untilMs - this.#clock.elapsedMs()) / 1000 };
      case "nothing":
        await this.#fallSilent(ip);
        return undefined;
      case "yield":
        await this.#fallSilent(ip);
        await this.#tenures.letGo(ip);
        return undefined;
      case "forget":
        await this.#fallSilent(ip);
        await this.#tenures.forget(ip);
        return undefined;
      case "take":
      case "announce":
        return this.#serve({ ip, users, standing, duty });
    }
  }

  async #serve({ ip, users, standing, duty }: Work): Promise<Again | undefined> {
    const link = this.#announced.get(ip.text) ?? (await (await this.#hands()).linkOf(ip));
    if (link === undefined) {
      this.#own.noLonger(ip.text);
      return { againSeconds: noLinkSeconds };
    }
    // Comes again when the Lease is held.
    if (!this.#own.holdsFor(ip.text)) return undefined;
    if (duty.kind === "take") {
      if (standing.kind === "other") await this.#tenures.end(standing.node);
      await this.#tenures.take(ip);
      if (!this.#own.isHeld()) return undefined;
    }
    await this.#speakFor(ip, link, users);
    return undefined;
  }

  async #speakFor(ip: Ip, link: LanLink, users: readonly Service[]): Promise<void> {
    if (this.#announced.has(ip.text)) return;
    const answers = await this.#hands();
    await this.#allow();
    await answers.begin(ip, link);
    this.#announced.set(ip.text, link);
    for (const seconds of proclaimedAfterSeconds)
      this.#clock.after(seconds * 1000, () => {
        if (this.#announced.get(ip.text) === link && this.#own.isHeld()) answers.proclaim(ip, link);
      });
    const message = `announcing from node ${JSON.stringify(this.#options.nodeName)} with protocol "layer2"`;
    for (const service of users)
      this.#recorder.record(referenceTo(services, service), "Normal", { reason: "nodeAssigned", message });
  }

  async #fallSilent(ip: Ip): Promise<void> {
    this.#own.noLonger(ip.text);
    if (this.#announced.delete(ip.text)) await (await this.#hands()).end(ip);
  }

  #ownLeaseChanged(isHeld: boolean): void {
    if (!isHeld) void this.#forbid();
    for (const ip of this.#byRecord.values()) this.#loops[0]?.enqueue(ip.text);
  }

  #allow(): Promise<void> {
    return this.#atFence(async (answers) => {
      if (!this.#own.isHeld()) return;
      await this.#endFormerTenure(answers);
      await answers.allow(this.#own.leftMs());
      // Stopped for a while between asking and allowing? Then the time is over.
      if (!this.#own.isHeld()) await answers.forbid();
    });
  }
  #forbid(): Promise<void> {
    return this.#atFence((answers) => answers.forbid());
  }

  /** Under a new tenure nothing of the one before is answered for: others may have it by now. */
  async #endFormerTenure(answers: LanAnswers): Promise<void> {
    const tenure = this.#own.tenure();
    if (tenure === this.#tenure) return;
    this.#tenure = tenure;
    const before = [...this.#announced.keys()].map(mustIp);
    this.#announced.clear();
    await Promise.all(before.map(answers.end));
  }

  /** One that can't be changed ends by itself: what failed is told, and the next renewal tries again. */
  async #atFence(act: (answers: LanAnswers) => Promise<void>): Promise<void> {
    const answers = await this.#answers;
    if (answers === undefined) return;
    try {
      await act(answers);
    } catch (fault) {
      this.#failedAt("fence", fault);
    }
  }

  #routes(): readonly Ip[] | undefined {
    const ips = [...announcedAddresses(this.#options.informers.of(services).list()).keys()].map(mustIp);
    return ips.length === 0 && this.#answers === undefined ? undefined : ips;
  }

  #hands(): Promise<LanAnswers> {
    if (this.#answers === undefined) {
      this.#options.begins();
      this.#answers = openLanAnswers(this.#options);
      this.#answers.catch(() => {
        this.#answers = undefined; // the loop tells why, and tries again
      });
    }
    return this.#answers;
  }

  #failedAt(key: string, fault: unknown): void {
    this.#options.failed({ loop: "announcer", key, fault, failures: 1 });
  }
}

const addressesOf = (service: Service): readonly string[] => [...announcedAddresses([service]).keys()];
const sameAddresses = (a: Service, b: Service | undefined): boolean =>
  b !== undefined && addressesOf(a).join() === addressesOf(b).join();

const serviceNameLabel = "kubernetes.io/service-name";
const serviceOf = ({ metadata }: EndpointSlice): readonly string[] => {
  const name = metadata.labels?.[serviceNameLabel];
  return name === undefined ? [] : [`${metadata.namespace}/${name}`];
};

/** Whether a node is as good an announcer as it was. */
const sameMerits = (a: Node, b: Node): boolean => meritsOf(a) === meritsOf(b);
const meritsOf = ({ metadata, status }: Node): string =>
  JSON.stringify([metadata.labels, status.conditions?.map(({ type, status: is }) => [type, is])]);
