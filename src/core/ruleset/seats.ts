import type { Endpoint, Pool } from "../services/service-map.ts";
import type { Target } from "./table.ts";

const name = ({ ip, port }: Target): string => `${ip.text} ${port}`;

/**
 * The members in the order of their seats, 0 to n - 1. Who had a seat keeps it where that is possible: newcomers take the seats of
 * those who left, and only who sits beyond the last seat moves. So one endpoint more or less costs two elements, not n.
 */
export function seated(previous: readonly Target[], members: readonly Endpoint[]): readonly Endpoint[] {
  const waiting = new Map(members.map((member) => [name(member), member]));
  const seats = previous.slice(0, members.length).map((target) => {
    const stays = waiting.get(name(target));
    waiting.delete(name(target));
    return stays;
  });
  const standing = waiting.values();
  return members.map((member, seat) => seats[seat] ?? standing.next().value ?? member);
}

/**
 * A number for each member by which an affinity remembers it, below 2²⁸: made from its address alone, so that it stays through
 * every change of the pool.
 */
export function numbered(members: readonly Endpoint[], scope: Pool["scope"]): readonly number[] {
  const taken = new Set<number>();
  return members.map((member) => {
    let number = hash(`${scope} ${name(member)}`);
    while (taken.has(number)) number = next(number);
    taken.add(number);
    return number;
  });
}

// FNV-1a, of which 28 bits are left.
function hash(text: string): number {
  let sum = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) sum = Math.imul(sum ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return bounded(sum);
}
const next = (number: number): number => bounded(number + 1);
const bounded = (number: number): number => (number >>> 0) % 0x0fff_ffff;
