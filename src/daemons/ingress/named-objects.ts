import { type Informer, informer } from "#client/informer.ts";
import type { ApiObject } from "#client/resource.ts";
import type { Transport } from "#client/transport.ts";
import type { Kind } from "#machinery/kind.ts";
import type { AnyType } from "#machinery/schema.ts";

/** Follows objects of one kind by their names: those that somebody needs, and no others. Who reads them needs no right to list all. */
export class NamedObjects<T extends AnyType, O extends ApiObject> {
  readonly #transport: Transport;
  readonly #kind: Kind<T, O>;
  readonly #changed: (key: string, object: O | undefined) => void;
  readonly #failed: (fault: unknown) => void;
  readonly #followed = new Map<string, Informer<O>>();

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
    followed.onChange((_, after) => {
      if (this.#followed.get(key) === followed) this.#changed(key, after);
    });
    followed.start();
  }

  get(key: string): O | undefined {
    return this.#followed.get(key)?.list()[0];
  }

  hasSynced(): boolean {
    return [...this.#followed.values()].every((one) => one.hasSynced());
  }

  /** Resolves when it is known of all that are needed now whether they are there. */
  async synced(): Promise<void> {
    await Promise.allSettled([...this.#followed.values()].map((one) => one.synced()));
  }

  stop(): void {
    for (const followed of this.#followed.values()) followed.stop();
    this.#followed.clear();
  }
}
