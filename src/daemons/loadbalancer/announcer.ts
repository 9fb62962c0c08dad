import { type Lease, leases } from "#api/coordination/lease.ts";
import { type Node, nodes } from "#api/core/node.ts";
import { type Service, services } from "#api/core/service.ts";
import { type EndpointSlice, endpointSlices } from "#api/discovery/endpoint-slice.ts";
import type { Backoff } from "#client/backoff.ts";
import { type EventRecorder, eventRecorder, referenceTo } from "#client/events.ts";
import { type Informer, informer, keyOf, placeOf } from "#client/informer.ts";
import type { Informers } from "#client/informers.ts";
import { type LeaseClock, machineClock } from "#client/lease-clock.ts";
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
import { ownerOf, ownersOf } from "#core/services/slice-owner.ts";
import { type Ip, mustIp } from "#net/ip.ts";
import type { LanAnswersOptions } from "#os/lan-answers.ts";
import { type Again, changesOf, everything, type Failure, type Loop, loop, type Source } from "../loop.ts";
import { Tenures } from "./tenures.ts";
import { Voice } from "./voice.ts";

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
  readonly #voice: Voice;
  readonly #leases: Informer<Lease>;
  readonly #recorder: EventRecorder;
  readonly #loops: readonly Loop[];
  readonly #usersOf: (address: string) => readonly Service[];
  readonly #slicesOf: (service: string) => readonly EndpointSlice[];
  /** Addresses that Services have or had, by the name of their record. */
  readonly #byRecord = new Map<string, Ip>();

  constructor(options: AnnouncerOptions) {
    const { transport, informers, nodeName, failed, clock = machineClock } = options;
    this.#options = options;
    this.#clock = clock;
    // As the node: what else it follows it may follow as its proxy, who has no business with Leases.
    const held = informer(transport, leases, { namespace: announcingNamespace });
    this.#leases = held;
    this.#usersOf = informers.of(services).index(addressesOf);
    this.#slicesOf = informers.of(endpointSlices).index(ownersOf);
    this.#recorder = eventRecorder(transport, { component: "portolan-announcer", host: nodeName });
    this.#voice = new Voice({
      ...options,
      leases: held,
      clock,
      changed: () => {
        for (const ip of this.#byRecord.values()) announcing.enqueue(ip.text);
      },
      failed: (key, fault, failures) => failed({ loop: "announcer", key, fault, failures }),
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
      plan: () => [...announcedAddresses(informers.of(services).list()).keys()].map(mustIp),
      apply: (ips) => this.#voice.route(ips).then(() => undefined),
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
    await this.#voice.stop();
    this.#leases.stop();
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
        const { namespace, name } = placeOf(ownerOf(slice) ?? "");
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
      this.#voice.noLonger(ip);
      return this.#voice.speaksFor(ip) ? { ip, users, standing, duty: { kind: "nothing" } } : undefined;
    }
    return { ip, users, standing, duty };
  }

  #planWithout(ip: Ip, standing: Standing): Work | undefined {
    this.#byRecord.delete(recordName(ip));
    const isOurs = standing.kind === "own" || this.#voice.speaksFor(ip);
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
        await this.#voice.fallSilent(ip);
        return undefined;
      case "yield":
        await this.#voice.fallSilent(ip);
        await this.#tenures.letGo(ip);
        return undefined;
      case "forget":
        await this.#voice.fallSilent(ip);
        await this.#tenures.forget(ip);
        return undefined;
      case "take":
      case "announce":
        return this.#serve({ ip, users, standing, duty });
    }
  }

  async #serve({ ip, users, standing, duty }: Work): Promise<Again | undefined> {
    const link = await this.#voice.linkOf(ip);
    if (link === undefined) {
      this.#voice.noLonger(ip);
      return { againSeconds: noLinkSeconds };
    }
    // Comes again when it may.
    if (!this.#voice.mayFor(ip)) return undefined;
    if (duty.kind === "take") {
      if (standing.kind === "other") await this.#tenures.end(standing.node);
      await this.#tenures.take(ip);
    }
    if (this.#tenures.standingOf(ip).kind === "own" && (await this.#voice.speak(ip, link))) this.#tell(users);
    return undefined;
  }

  #tell(users: readonly Service[]): void {
    const message = `announcing from node ${JSON.stringify(this.#options.nodeName)} with protocol "layer2"`;
    for (const service of users)
      this.#recorder.record(referenceTo(services, service), "Normal", { reason: "nodeAssigned", message });
  }
}

const addressesOf = (service: Service): readonly string[] => [...announcedAddresses([service]).keys()];
const sameAddresses = (a: Service, b: Service | undefined): boolean =>
  b !== undefined && addressesOf(a).join() === addressesOf(b).join();

/** Whether a node is as good an announcer as it was. */
const sameMerits = (a: Node, b: Node): boolean => meritsOf(a) === meritsOf(b);
const meritsOf = ({ metadata, status }: Node): string =>
  JSON.stringify([metadata.labels, status.conditions?.map(({ type, status: is }) => [type, is])]);
