import { CommandFailed, run } from "../spawn.ts";

/** A HAProxy that can do what we ask of it. */
export interface HaproxyProgram {
  readonly path: string;
  /** `2.6.12`. */
  readonly version: string;
}

/** The oldest whose runtime API adds and deletes servers for good, and the one that Debian 12 has. */
const oldest = [2, 6] as const;

/** There is no HAProxy on this machine, or none that is new enough. */
export class HaproxyUnfit extends Error {
  readonly code = "HaproxyUnfit";
  readonly where: string;
  readonly fix =
    `install HAProxy ${oldest.join(".")} or newer (Debian and Ubuntu: \`apt-get install haproxy\`), or let the embedded engine serve`;
  constructor(path: string, why: string, options?: { readonly cause: unknown }) {
    super(`${path} ${why}`, options);
    this.where = path;
  }
}

/** Finds HAProxy on the system's PATH, or takes the one at `path`. Rejects with `HaproxyUnfit`. */
export async function findHaproxy(path = "haproxy"): Promise<HaproxyProgram> {
  const version = versionOf(await said(path));
  if (version === undefined) throw new HaproxyUnfit(path, "does not say its version as HAProxy does");
  if (!isFit(version))
    throw new HaproxyUnfit(path, `has version ${version}, and at least ${oldest.join(".")} is needed`);
  return { path, version };
}

async function said(path: string): Promise<string> {
  try {
    return (await run([path, "-v"])).stdout;
  } catch (cause) {
    if (!(cause instanceof CommandFailed)) throw cause;
    throw new HaproxyUnfit(path, "can't be run", { cause });
  }
}

/** Of the first line of `haproxy -v`: `HAProxy version 2.6.12-1+deb12u4 2026/10/17 - https://haproxy.org/`. */
export const versionOf = (text: string): string | undefined =>
  /^HA-?Proxy version (\d+\.\d+(?:\.\d+)?)/i.exec(text)?.[1];

/** Whether a version (`2.6.12`) is new enough. */
export function isFit(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > oldest[0] || (major === oldest[0] && minor >= oldest[1]);
}
