import { setTimeout as pause } from "node:timers/promises";

/** Something that the kernel finishes in the background did not come about in time. */
export class WaitedInVain extends Error {
  readonly code = "WaitedInVain";
  readonly where: string;
  readonly fix = "look what keeps it (`ps`, `mount`, `ip link`), then try again";
  constructor(what: string, seconds: number) {
    super(`waited ${seconds} s in vain until ${what}`);
    this.where = what;
  }
}

/**
 * Waits until `probe` says yes, for what the kernel does in the background and tells nobody about. Asks at once, then after 2 ms,
 * then ever more rarely. Throws `WaitedInVain`.
 */
export async function eventually(
  what: string,
  probe: () => Promise<boolean>,
  { seconds }: { readonly seconds: number },
): Promise<void> {
  const deadline = performance.now() + seconds * 1000;
  for (let milliseconds = 2; !(await probe()); milliseconds = Math.min(milliseconds * 2, 100)) {
    if (performance.now() > deadline) throw new WaitedInVain(what, seconds);
    await pause(milliseconds);
  }
}
