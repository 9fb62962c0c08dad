import { mkdtemp, rm } from "node:fs/promises";

/** A folder of this machine outside the covered ones, for as long as a test runs. */
export async function folderBeside(path: string): Promise<AsyncDisposable & { readonly path: string }> {
  const made = await mkdtemp(path);
  return { path: made, [Symbol.asyncDispose]: () => rm(made, { recursive: true, force: true }) };
}
