import { type Informer, informer } from "#client/informer.ts";
import type { ApiObject } from "#client/resource.ts";
import type { Transport } from "#client/transport.ts";
import type { Kind } from "#machinery/kind.ts";
import type { AnyType } from "#machinery/schema.ts";

/** So long routes wait for a Secret that is read for the first time: the table without it would be right for a moment only. */
const patienceMs = 2000;

/** Follows objects of one kind by their names: those that somebody needs, and no others. Who reads them needs no right to list all. */
export class NamedObjects<T extends AnyType, O extends ApiObject> {
  readonly #transport: Transport;
  readonly #kind: Kind<T, O>;
  readonly #changed: (key: string, object: O | undefined) => void;
  readonly #failed: (fault: unknown) => void;
  readonly #followed = new Map<string, Informer<O>>();
  /** Those that nobody has waited for yet. */
  readonly #unsettled = new Map<string, Informer<O>>();

  /** `changed` hears of an object by `namespace/name` when it is there, changes, or is gone. */
  constructor(
    transport: Transport,
    kind: Kind<T, O>,
    hears: {
      readonly changed: (key: string, object: O | undefined) => void;
      readonly failed: (fault: unknown) => void;
    },
  ) {
    this.#transport = transport;
    this.#kind = kind;
    this.#changed = hears.changed;
    this.#failed = hears.failed;
  }

  /** Follows these from now on, and no longer what is not among them. */
  need(keys: ReadonlySet<string>): void {
    for (const [key, followed] of this.#followed) {
      if (keys.has(key)) continue;
      this.#followed.delete(key);
      followed.stop();
      if (followed.list().length > 0) this.#changed(key, undefined);
    }
    for (const key of keys) if (!this.#followed.has(key)) this.#follow(key);
  }

  #follow(key: string): void {
    const [namespace = "", name = ""] = key.split("/");
    const followed = informer(this.#transport, this.#kind, {
      namespace,
      fieldSelector: `metadata.name=${name}`,
      failed: this.#failed,
    });
    this.#followed.set(key, followed);
    this.#unsettled.set(key, followed);
    followed.onChange((_, after) => {
      if (this.#followed.get(key) === followed) this.#changed(key, after);
    });
    followed.start();
  }

  get(key: string): O | undefined {
    return this.#followed.get(key)?.list()[0];
  }

  /**
   * Resolves when it is known of all that are needed now whether they are there, or when one can't be read soon: to whether any had to be
   * waited for.
   */
  async settled(): Promise<boolean> {
    const unknown = [...this.#unsettled].filter(([key, followed]) => {
      const isUnknown = this.#followed.get(key) === followed && !followed.hasSynced();
      if (!isUnknown) this.#unsettled.delete(key);
      return isUnknown;
    });
    if (unknown.length === 0) return false;
    const late = Promise.withResolvers<void>();
    const waiting = setTimeout(late.resolve, patienceMs);
    await Promise.race([late.promise, Promise.allSettled(unknown.map(([, followed]) => followed.synced()))]);
    clearTimeout(waiting);
    // Nobody waits twice for what can't be read.
    for (const [key] of unknown) this.#unsettled.delete(key);
    return true;
  }

  stop(): void {
    for (const followed of this.#followed.values()) followed.stop();
    this.#followed.clear();
  }
}
