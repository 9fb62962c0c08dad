import { type Share, shares } from "#api/portolan/share.ts";
import type { Entry } from "#store/store.ts";
import { isOf, parseStored } from "../object.ts";
import { keyOf, type Place, prefixOf } from "../objects.ts";
import type { Follower } from "../watches/following.ts";

/** What the links are served by. */
interface Door {
  /** Called after each change of the links. */
  readonly changed: () => void;
  /** Gives in a sentence why it can't listen; undefined: it does. */
  readonly open: () => Promise<string | undefined>;
}

/** The links that there are, and whom they have let in. */
export class ShareBook implements Follower {
  readonly prefix = prefixOf(shares);
  readonly #shares = new Map<string, Share>();
  // By the share's key: what cuts a connection that it has opened.
  readonly #guests = new Map<string, Set<() => void>>();
  #door: Door = {
    changed: () => {},
    open: async () => "this server serves no links: it was started with --share-port 0",
  };

  readonly keys = (): Iterable<string> => this.#shares.keys();

  readonly observe = (key: string, entry: Entry | undefined): void => {
    const share = entry === undefined ? undefined : parseStored(entry.value);
    if (isOf(shares, share) && share.metadata.deletionTimestamp === undefined) this.#shares.set(key, share);
    else {
      this.#shares.delete(key);
      for (const cut of this.#guests.get(key) ?? []) cut();
      this.#guests.delete(key);
    }
    this.#door.changed();
  };

  readonly get = (place: Place): Share | undefined => this.#shares.get(keyOf(shares, place));

  isEmpty(): boolean {
    return this.#shares.size === 0;
  }

  /** Who serves the links, from now on. */
  attach(door: Door): void {
    this.#door = door;
    door.changed();
  }

  /** Why a link would not be served, in a sentence; undefined: it is. */
  opened(): Promise<string | undefined> {
    return this.#door.open();
  }

  /** Cuts a connection when the link that opened it is taken back; what it gives forgets the connection. */
  admit({ metadata }: Share, cut: () => void): () => void {
    const key = keyOf(shares, metadata);
    const guests = this.#guests.get(key) ?? new Set();
    guests.add(cut);
    this.#guests.set(key, guests);
    return () => {
      guests.delete(cut);
      if (guests.size === 0 && this.#guests.get(key) === guests) this.#guests.delete(key);
    };
  }
}
