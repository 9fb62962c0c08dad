import type { Chance } from "../environment.ts";

// No vowels and no digits that look like letters, so that no word comes out. Source: k8s.io/apimachinery/pkg/util/rand.
const letters = "bcdfghjklmnpqrstvwxz2456789";
const randomLetters = 5;
const longestBase = 63 - randomLetters;

/** A name that begins with `base`, as `generateName` asks for. */
export function generatedName(base: string, chance: Chance): string {
  const tail = Array.from({ length: randomLetters }, () => letters[chance.number(letters.length)]);
  return `${base.slice(0, longestBase)}${tail.join("")}`;
}
