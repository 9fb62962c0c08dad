/** Resolves at the first SIGINT, SIGTERM or SIGHUP; further ones don't interrupt the clean-up. */
export function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => resolve());
  });
}
