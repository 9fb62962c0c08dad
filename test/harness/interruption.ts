/** What tests of this process hold now and must give back, in the order in which they got it. */
const held = new Set<AsyncDisposable>();

/**
 * Hands on what a test holds, and sees to it that it is given back too where the process is told to end: Node then runs neither
 * `after` hooks nor the end of `await using` blocks.
 */
export function heldUntilInterrupted(owned: AsyncDisposable): AsyncDisposable {
  if (held.size === 0) process.on("SIGINT", giveBackAndExit).on("SIGTERM", giveBackAndExit);
  held.add(owned);
  return {
    [Symbol.asyncDispose]: async () => {
      await owned[Symbol.asyncDispose]();
      release(owned);
    },
  };
}

function release(owned: AsyncDisposable): void {
  held.delete(owned);
  if (held.size === 0) process.off("SIGINT", giveBackAndExit).off("SIGTERM", giveBackAndExit);
}

async function giveBackAndExit(): Promise<void> {
  for (const owned of [...held].reverse()) await owned[Symbol.asyncDispose]();
  process.exit(1);
}
