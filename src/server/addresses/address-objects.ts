import { services } from "#api/core/service.ts";
import { ipAddresses } from "#api/networking/ip-address.ts";
import { holdingOf } from "#core/addresses/taken.ts";
import { showTime } from "#machinery/time.ts";
import { mustIp, parseIp } from "#net/ip.ts";
import type { Entry, Store } from "#store/store.ts";
import { type ApiObject, isOf, parseStored, serialize } from "../object.ts";
import { keyOf, prefixOf, type Saving } from "../objects.ts";
import type { Follower } from "../watches/following.ts";

const managedBy = "ipaddress.kubernetes.io/managed-by";
const allocator = "ipallocator.k8s.io";

interface Parts {
  readonly store: Store;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly uuid: () => string;
  readonly report: (fault: unknown) => void;
}
interface Parent {
  readonly namespace: string;
  readonly name: string;
}
interface There {
  readonly entry: Entry;
  /** undefined: it is not one of ours. */
  readonly parent: Parent | undefined;
}

/**
 * Keeps one IPAddress for each cluster IP of a Service. It is written in the turn in which the Service is, so that both reach the disk
 * together, and removed when the Service is seen to have gone; what was left undone by an earlier run is made up for by `begin`. An
 * IPAddress that somebody else has made stays, and keeps its address from being given out. Source: KEP-1880.
 */
export class AddressObjects {
  readonly #parts: Parts;
  readonly #parents = new Map<string, Parent>();
  readonly #addressesOf = new Map<string, readonly string[]>();
  readonly #there = new Map<string, There>();
  /** Whose Service is being written. */
  readonly #expected = new Map<string, Parent>();
  #hasBegun = false;
  // Changes of Services up to here have been observed.
  #seen = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** By the address's canonical text. */
  isReserved(address: string): boolean {
    const there = this.#there.get(address);
    return there !== undefined && there.parent === undefined;
  }

  readonly ofServices: Follower = {
    prefix: prefixOf(services),
    keys: () => this.#addressesOf.keys(),
    progress: (revision) => {
      this.#seen = revision;
    },
    observe: (key, entry, revision) => {
      this.#seen = Math.max(this.#seen, revision);
      const service = entry === undefined ? undefined : parseStored(entry.value);
      const before = this.#addressesOf.get(key) ?? [];
      const addresses =
        service !== undefined && isOf(services, service)
          ? holdingOf(service).addresses.flatMap((text) => parseIp(text)?.text ?? [])
          : [];
      const [namespace = "", name = ""] = key.slice(prefixOf(services).length).split("/");
      const parent = { namespace, name };
      for (const address of before) if (isSameParent(parent, this.#parents.get(address))) this.#parents.delete(address);
      for (const address of addresses) this.#parents.set(address, parent);
      if (addresses.length === 0) this.#addressesOf.delete(key);
      else this.#addressesOf.set(key, addresses);
      for (const address of new Set([...before, ...addresses])) this.#settle(address);
    },
  };

  readonly ofAddresses: Follower = {
    prefix: prefixOf(ipAddresses),
    keys: () => [...this.#there.values()].map(({ entry }) => entry.key),
    observe: (key, entry) => {
      const address = key.slice(prefixOf(ipAddresses).length);
      if (entry === undefined) this.#there.delete(address);
      else this.#there.set(address, { entry, parent: parentOf(parseStored(entry.value)) });
      this.#settle(address);
    },
  };

  /** To be called when all that is stored has been observed. */
  begin(): void {
    this.#hasBegun = true;
    for (const address of new Set([...this.#parents.keys(), ...this.#there.keys()])) this.#settle(address);
  }

  /** Writes a Service that has just been assigned `addresses`, with their objects. */
  async written(addresses: readonly string[], parent: Parent, write: () => Promise<Saving>): Promise<Saving> {
    const fresh = addresses.filter((address) => !this.#parents.has(address));
    for (const address of fresh) this.#expected.set(address, parent);
    let saving: Saving | undefined;
    try {
      const writing = write();
      for (const address of fresh) this.#settle(address);
      saving = await writing;
      return saving;
    } finally {
      const isUnseen = saving?.kind === "saved" && saving.saved.revision > this.#seen;
      for (const address of fresh) {
        this.#expected.delete(address);
        if (isUnseen) this.#parents.set(address, parent);
        this.#settle(address);
      }
    }
  }

  #settle(address: string): void {
    if (!this.#hasBegun) return;
    const [wanted, there] = [this.#expected.get(address) ?? this.#parents.get(address), this.#there.get(address)];
    if (there === undefined) {
      if (wanted !== undefined)
        this.#write(keyOf(ipAddresses, { namespace: "", name: address }), 0, this.#made(address, wanted));
    } else if (there.parent !== undefined && !isSameParent(there.parent, wanted))
      this.#write(there.entry.key, there.entry.modRevision, undefined);
  }

  /** Who was faster has left something to observe, and it is settled then. */
  #write(key: string, expect: number, object: ApiObject | undefined): void {
    const { store, report } = this.#parts;
    const value: Parameters<Store["write"]>[0]["value"] = object === undefined ? undefined : serialize(object).at;
    store.write({ key, value, expect }).catch(report);
  }

  #made(address: string, parent: Parent): ApiObject {
    const { uuid, now } = this.#parts;
    const labels = { "ipaddress.kubernetes.io/ip-family": mustIp(address).family, [managedBy]: allocator };
    return {
      apiVersion: "networking.k8s.io/v1",
      kind: "IPAddress",
      metadata: { name: address, uid: uuid(), creationTimestamp: showTime(now()), labels },
      spec: { parentRef: { resource: "services", ...parent } },
    };
  }
}

function parentOf(object: ApiObject): Parent | undefined {
  if (!isOf(ipAddresses, object) || object.metadata.labels?.[managedBy] !== allocator) return undefined;
  const { namespace = "", name } = object.spec.parentRef;
  return { namespace, name };
}

const isSameParent = (a: Parent, b: Parent | undefined): boolean => a.namespace === b?.namespace && a.name === b.name;
