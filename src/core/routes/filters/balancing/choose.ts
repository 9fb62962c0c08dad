import type { Endpoint } from "../../../services/service-map.ts";
import { mixed, textHash } from "./hash.ts";

/** `10.244.0.5:8080`: names an endpoint in what is kept about it. */
export const endpointKey = ({ ip, port }: Pick<Endpoint, "ip" | "port">): string => `${ip.text}:${port}`;

/** One more than the last: `turn` is how often it has been asked. */
export const byTurn = <T>(members: readonly T[], turn: number): T | undefined =>
  members[turn % Math.max(1, members.length)];

/** `chance` is from 0 to below 1. */
export const byChance = <T>(members: readonly T[], chance: number): T | undefined =>
  members[Math.floor(chance * members.length)];

/** The one with the fewest open connections; of several with as few, the next one by turn. */
export function leastLoaded<T>(members: readonly T[], openOf: (member: T) => number, turn: number): T | undefined {
  let best: T | undefined;
  let fewest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < members.length; i++) {
    const member = members[(turn + i) % members.length];
    if (member === undefined) continue;
    const open = openOf(member);
    if (open < fewest) [best, fewest] = [member, open];
  }
  return best;
}

/** An endpoint with the hash of its name, worked out once. */
export interface Hashed<T> {
  readonly member: T;
  readonly hash: number;
}

export const hashed = <T extends Pick<Endpoint, "ip" | "port">>(members: readonly T[]): readonly Hashed<T>[] =>
  members.map((member) => ({ member, hash: textHash(endpointKey(member)) }));

/**
 * The endpoint that a value belongs to: the one that scores highest with it (rendezvous hashing, Thaler and Ravishankar). When one goes,
 * only its own values move, to all the others alike; one that comes takes its share of each.
 */
export function byHash<T>(members: readonly Hashed<T>[], value: string): T | undefined {
  const of = textHash(value);
  let best: Hashed<T> | undefined;
  let highest = -1;
  for (const one of members) {
    const score = mixed(one.hash ^ of);
    if (score > highest || (score === highest && best !== undefined && one.hash < best.hash))
      [best, highest] = [one, score];
  }
  return best?.member;
}

/** What a sticky client's cookie says of its endpoint: the address doesn't show, and is the same after every restart. */
export const stickyValue = (backend: string, endpoint: Pick<Endpoint, "ip" | "port">, sha256: Digest): string =>
  [...sha256(`${backend} ${endpointKey(endpoint)}`).subarray(0, 12)]
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");

/** SHA-256 of a text's bytes. */
export type Digest = (text: string) => Uint8Array;
