import { readFile } from "node:fs/promises";
import { run } from "./spawn.ts";

/** One line of /proc/PID/mountinfo (proc(5)). */
export interface Mount {
  readonly at: string;
  readonly type: string;
  readonly source: string;
  /** Of the mount itself: `ro`, `nodev`, … */
  readonly options: readonly string[];
  /** Of the file system below it: `upperdir=…`, the controllers of a cgroup hierarchy, … */
  readonly superOptions: readonly string[];
}

/** The mounts that a process sees, in the order in which they were made. */
export async function mountsOf(pid: number | "self" = "self"): Promise<readonly Mount[]> {
  return parseMountInfo(await readFile(`/proc/${pid}/mountinfo`, "utf8"));
}

export function parseMountInfo(text: string): readonly Mount[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [mount = "", fileSystem = ""] = line.split(" - ");
      const [, , , , at = "", options = ""] = mount.split(" ");
      const [type = "", source = "", superOptions = ""] = fileSystem.split(" ");
      return {
        at: fromOctal(at),
        type,
        source: fromOctal(source),
        options: options.split(","),
        superOptions: superOptions.split(","),
      };
    });
}

// Blanks, tabs, newlines and backslashes stand as three octal digits.
const fromOctal = (field: string): string =>
  field.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));

/** One line of an fstab. */
export const fstabLine = (mount: { source: string; at: string; type: string; options: string }): string =>
  `${[mount.source, mount.at, mount.type, mount.options].map(toOctal).join(" ")} 0 0\n`;

const toOctal = (field: string): string =>
  field.replace(/[ \t\r\n\\#]/g, (char) => `\\${char.charCodeAt(0).toString(8).padStart(3, "0")}`);

/** Takes mounts away, those in use too (they go when their last user goes). What is not mounted is passed over. */
export async function unmount(paths: readonly string[]): Promise<void> {
  const mounted = new Set((await mountsOf()).map((mount) => mount.at));
  const there = paths.filter((path) => mounted.has(path));
  if (there.length > 0) await run(["umount", "--no-mtab", "--lazy", ...there]);
}
