import { setTimeout as pause } from "node:timers/promises";

/**
 * Asks `probe` again and again until it gives something other than undefined or false, and gives that. A probe that throws has
 * not succeeded yet. Rejects after `seconds`, with `what` was waited for and the last thing thrown as its cause.
 */
export async function eventually<T>(
  what: string,
  probe: () => T | Promise<T>,
  { seconds }: { readonly seconds: number },
): Promise<Exclude<T, undefined | false>> {
  const deadline = performance.now() + seconds * 1000;
  for (let waitMs = 5; ; waitMs = Math.min(waitMs * 2, 200)) {
    const answer = await ask(probe);
    if (answer.kind === "given" && isSomething(answer.value)) return answer.value;
    if (performance.now() > deadline) {
      const cause = answer.kind === "threw" ? answer.error : undefined;
      throw new Error(`waited ${seconds} s in vain for ${what}${cause === undefined ? "" : `: ${cause}`}`, { cause });
    }
    await pause(waitMs);
  }
}

type Answer<T> = { readonly kind: "given"; readonly value: T } | { readonly kind: "threw"; readonly error: unknown };

async function ask<T>(probe: () => T | Promise<T>): Promise<Answer<T>> {
  try {
    return { kind: "given", value: await probe() };
  } catch (error) {
    return { kind: "threw", error };
  }
}

function isSomething<T>(value: T): value is Exclude<T, undefined | false> {
  return value !== undefined && value !== false;
}
