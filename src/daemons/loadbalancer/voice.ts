import { randomUUID } from "node:crypto";
import type { Lease } from "#api/coordination/lease.ts";
import type { Informer } from "#client/informer.ts";
import type { LeaseClock } from "#client/lease-clock.ts";
import type { Transport } from "#client/transport.ts";
import { type Ip, mustIp } from "#net/ip.ts";
import { type LanAnswers, type LanAnswersOptions, type LanLink, openLanAnswers } from "#os/lan-answers.ts";
import { OwnLease } from "./own-lease.ts";

export interface VoiceOptions extends LanAnswersOptions {
  readonly transport: Transport;
  readonly leases: Informer<Lease>;
  readonly nodeName: string;
  readonly clock: LeaseClock;
  /** Called before the machine is changed for the first time. */
  readonly begins: () => void;
  /** This node may speak now, or no longer. */
  readonly changed: () => void;
  /** Hears what failed: it is tried again, or ends by itself. */
  readonly failed: (key: string, fault: unknown, failures: number) => void;
}

/** When everybody is told, in seconds after an address was taken: once may be lost. */
const proclaimedAfterSeconds = [0, 0.2, 1];

/** This node on the LAN: what its kernel answers for, and the Lease that lets it. Nothing is opened before it is needed. */
export class Voice {
  readonly #options: VoiceOptions;
  readonly #own: OwnLease;
  readonly #speaking = new Map<string, LanLink>();
  #answers: Promise<LanAnswers> | undefined;
  /** Renewals in a row that failed. */
  #failures = 0;
  /** Of the Lease under which the kernel was last allowed to answer. */
  #tenure: number | undefined;

  constructor(options: VoiceOptions) {
    const { transport, leases, clock, nodeName, changed } = options;
    this.#options = options;
    this.#own = new OwnLease({
      wish: { node: nodeName, identity: `${nodeName}_${randomUUID().slice(0, 8)}` },
      around: { transport, leases, clock, random: Math.random, failed: (fault) => this.#renewalFailed(fault) },
      changed: (isHeld) => {
        if (!isHeld) void this.#forbid();
        changed();
      },
      renewed: () => {
        this.#failures = 0;
        void this.#allow();
      },
    });
  }

  /** Tried again five times a second: it is told ever more rarely. */
  #renewalFailed(fault: unknown): void {
    this.#failures++;
    if (Number.isInteger(Math.log2(this.#failures))) this.#options.failed("lease", fault, this.#failures);
  }

  speaksFor(ip: Ip): boolean {
    return this.#speaking.has(ip.text);
  }
  /** The link on which the address can be announced; undefined where there is none. */
  async linkOf(ip: Ip): Promise<LanLink | undefined> {
    return this.#speaking.get(ip.text) ?? (await (await this.#hands()).linkOf(ip));
  }
  /** Whether this node may speak. If not, it will be able to, and `changed` tells. */
  mayFor(ip: Ip): boolean {
    return this.#own.holdsFor(ip.text);
  }
  /** The address is no reason any more to hold the Lease. */
  noLonger(ip: Ip): void {
    this.#own.noLonger(ip.text);
  }

  /** Whether it is new that it speaks for the address. */
  async speak(ip: Ip, link: LanLink): Promise<boolean> {
    if (!this.#own.isHeld() || this.speaksFor(ip)) return false;
    const answers = await this.#hands();
    await this.#allow();
    await answers.begin(ip, link);
    this.#speaking.set(ip.text, link);
    for (const seconds of proclaimedAfterSeconds)
      this.#options.clock.after(seconds * 1000, () => {
        if (this.#speaking.get(ip.text) === link && this.#own.isHeld()) answers.proclaim(ip, link);
      });
    return true;
  }

  async fallSilent(ip: Ip): Promise<void> {
    this.noLonger(ip);
    if (this.#speaking.delete(ip.text)) await (await this.#hands()).end(ip);
  }

  /** The machine itself finds these addresses, and no others. */
  async route(ips: readonly Ip[]): Promise<void> {
    if (ips.length > 0 || this.#answers !== undefined) await (await this.#hands()).route(ips);
  }

  /** Others may speak at once. */
  async stop(): Promise<void> {
    await this.#forbid();
    await this.#own.stop();
    await (await this.#answers)?.close();
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
    const before = [...this.#speaking.keys()].map(mustIp);
    this.#speaking.clear();
    await Promise.all(before.map(answers.end));
  }

  /** One that can't be changed ends by itself: what failed is told, and the next renewal tries again. */
  async #atFence(act: (answers: LanAnswers) => Promise<void>): Promise<void> {
    const answers = await this.#answers;
    if (answers === undefined) return;
    try {
      await act(answers);
    } catch (fault) {
      this.#options.failed("fence", fault, 1);
    }
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
}
