import { readFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import type { Transport } from "#client/transport.ts";
import type { Catalogue } from "#core/pods/images.ts";
import { type Again, everything, type Loop, loop } from "#daemons/loop.ts";
import type { Store } from "#store/store.ts";
import { readCatalogue } from "./catalogue.ts";
import { changeOf, editedSettings } from "./change.ts";
import { type Cluster, startCluster } from "./cluster.ts";
import { type ClusterPlan, clusterPlan, networksFor } from "./cluster-plan.ts";
import { configFile, onConfigChange, readConfig } from "./config-file.ts";
import { ClusterFault } from "./faults.ts";
import { writeKubeconfig } from "./identities.ts";
import type { Ledger } from "./ledger.ts";
import type { Log } from "./log.ts";
import { oidcOptions } from "./oidc.ts";
import { checkPorts, leftIn } from "./preflight.ts";
import { type RunningCluster, toldOfCluster, writeRunning } from "./running.ts";
import { type Asked, type Given, SettingInvalid, type Settings } from "./settings.ts";

export interface Around {
  readonly store: Store;
  readonly ledger: Ledger;
  readonly log: Log;
  /** For what the user should know now. */
  readonly tell: (sentence: string) => void;
}

export interface Held {
  readonly settings: Settings;
  readonly plan: ClusterPlan;
  readonly catalogue: Catalogue;
}

/** How often the machine's addresses are looked at. */
const lookSeconds = 2;

/**
 * The time in which this process runs a cluster. It follows the cluster's file of settings and the machine's address: where the parts
 * have to start anew for that, pods and rules go on.
 */
export class Tenure {
  readonly #around: Around;
  readonly #flags: ReadonlyMap<string, Given>;
  readonly #role: Asked["role"];
  readonly #following: Loop;
  readonly #watching: { readonly stop: () => void };
  #held: Held;
  #cluster: Cluster | undefined;
  #running: RunningCluster | undefined;
  /** What config.yaml said, and what the machine's addresses were, when they were last acted upon. */
  #lines: ReadonlyMap<string, Given>;
  #addresses = addressesNow();
  #isConfigNew = false;

  private constructor(asked: Asked, held: Held, around: Around) {
    this.#around = around;
    this.#held = held;
    this.#flags = asked.given;
    this.#role = asked.role;
    this.#lines = asked.lines;
    this.#following = loop<true>({
      name: "settings and addresses",
      sources: [],
      plan: () => true,
      apply: () => this.#follow(),
      parallel: 1,
      backoff: { firstSeconds: 1, longestSeconds: 30, random: Math.random },
      failed: ({ loop: name, fault, failures }) => around.log.warn(`${name} (${failures} in a row)`, fault),
    });
    this.#watching = onConfigChange(held.settings["data-dir"], () => {
      this.#isConfigNew = true;
      this.#following.enqueue(everything);
    });
  }

  /** Throws what `startCluster` throws. */
  static async begin(asked: Asked, held: Held, around: Around): Promise<Tenure> {
    const tenure = new Tenure(asked, held, around);
    try {
      await tenure.#start();
    } catch (fault) {
      await tenure.end();
      throw fault;
    }
    tenure.#following.enqueue(everything);
    return tenure;
  }

  /** Of the cluster as it runs now. */
  get transport(): Transport {
    return this.#present.transport;
  }
  get ready(): Promise<void> {
    return this.#present.ready;
  }
  get running(): RunningCluster {
    if (this.#running === undefined) throw new RangeError("the cluster has not started");
    return this.#running;
  }
  get #present(): Cluster {
    if (this.#cluster === undefined) throw new RangeError("the cluster is starting anew");
    return this.#cluster;
  }

  /** Pods and rules go on. */
  async end(): Promise<void> {
    this.#watching.stop();
    await this.#following.stop();
    await this.#stop();
  }

  async #start(): Promise<void> {
    const { settings, plan } = this.#held;
    this.#running = await writeRunning(settings["data-dir"], toldOfCluster(settings, plan));
    const cluster = await startCluster(settings, { ...this.#held, ...this.#around });
    this.#cluster = cluster;
    await writeKubeconfig(settings, cluster.identities);
  }

  async #stop(): Promise<void> {
    const cluster = this.#cluster;
    this.#cluster = undefined;
    await cluster?.stop();
  }

  async #follow(): Promise<Again> {
    const again = { againSeconds: lookSeconds };
    if (this.#cluster === undefined) await this.#start(); // the last change could not be finished
    const addresses = addressesNow();
    if (!this.#isConfigNew && addresses === this.#addresses) return again;
    this.#isConfigNew = false;
    try {
      await this.#change(await this.#editedSettings());
      this.#addresses = addresses;
    } catch (fault) {
      if (!(fault instanceof ClusterFault || fault instanceof SettingInvalid)) throw fault;
      this.#say(`the cluster goes on as before: ${fault.message}; ${fault.fix}`);
    }
    return again;
  }

  async #editedSettings(): Promise<Settings> {
    const { settings } = this.#held;
    const lines = await readConfig(settings["data-dir"]);
    const wanted = editedSettings(this.#flags, this.#lines, lines);
    const { refused } = changeOf(settings, wanted);
    if (refused.length > 0) {
      const names = refused.join(", ");
      this.#say(
        `${configFile(settings["data-dir"])}: ${names} can't change: the cluster's objects have such addresses and names for life`,
      );
    }
    return wanted;
  }

  /** Throws `ClusterFault` where the wanted settings don't go on this machine; nothing has changed then. */
  async #change(wanted: Settings): Promise<void> {
    const { settings: now, plan: before } = this.#held;
    const { settings, needsRestart, isLive } = changeOf(now, wanted);
    const plan = clusterPlan(
      settings,
      { networks: await networksFor(settings), ours: leftIn(this.#around.ledger) },
      this.#role,
    );
    const moved = addressesOf(plan) !== addressesOf(before);
    if (!moved && !needsRestart) {
      if (isLive) await this.#present.setLive(settings);
      this.#held = { ...this.#held, settings };
      this.#running = await writeRunning(settings["data-dir"], toldOfCluster(settings, plan));
      return;
    }
    const catalogue = await readCatalogue(settings.images);
    await oidcOptions(settings);
    await checkPorts(settings, plan.control, { settings: now, plan: before.control });
    this.#around.log.info(
      moved
        ? `this machine's address is now ${addressesOf(plan)}: starting anew`
        : "settings have changed: starting anew",
    );
    await this.#stop();
    this.#held = { settings, plan, catalogue };
    await this.#start();
    await this.#present.ready;
  }

  #say(sentence: string): void {
    this.#around.log.warn(sentence);
    this.#around.tell(sentence);
  }
}

const addressesOf = ({ nodes }: ClusterPlan): string =>
  nodes.flatMap(({ addresses }) => addresses.map(({ text }) => text)).join(", ");

/** Different when the machine's addresses or its default route are; cheap enough to ask for often. */
function addressesNow(): string {
  const defaults = readFileSync("/proc/self/net/route", "utf8")
    .split("\n")
    .filter((line) => line.split("\t")[1] === "00000000");
  const own = Object.entries(networkInterfaces()).filter(([name]) => !name.startsWith("ptl"));
  const addresses = own.flatMap(([name, all = []]) => all.map(({ address }) => `${name} ${address}`));
  return [...defaults, ...addresses].join("\n");
}
