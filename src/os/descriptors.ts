import { type FileHandle, open } from "node:fs/promises";
import { namesIn, readIfThere } from "./files.ts";

const closeOnExec = 0o2000000;

/**
 * What to append to a child's `stdio` from descriptor `first` on, so that it does not get the descriptors that this process was
 * itself started with: each becomes /dev/null. Those that Node opens close by themselves. Node looks below 16 only.
 */
export async function sealDescriptors(first: number): Promise<readonly ("ignore" | number)[]> {
  strays ??= inheritable();
  const stray = (await strays).filter((fd) => fd >= first);
  if (stray.length === 0) return [];
  const nothing = await devNull();
  return Array.from({ length: Math.max(...stray) - first + 1 }, (_, index) =>
    stray.includes(first + index) ? nothing : "ignore",
  );
}

// Only this process's parent can have given it such, so they never grow in number.
let strays: Promise<readonly number[]> | undefined;

async function inheritable(): Promise<readonly number[]> {
  const numbers = (await namesIn("/proc/self/fdinfo")).map(Number).filter((fd) => fd > 2);
  const kept = await Promise.all(
    numbers.map(async (fd) => {
      const flags = /^flags:\s*([0-7]+)$/m.exec((await readIfThere(`/proc/self/fdinfo/${fd}`)) ?? "")?.[1];
      return flags !== undefined && (Number.parseInt(flags, 8) & closeOnExec) === 0 ? [fd] : [];
    }),
  );
  return kept.flat();
}

// Opened once and kept for good: a file handle that nobody holds is closed by the garbage collector.
let blank: Promise<FileHandle> | undefined;
async function devNull(): Promise<number> {
  blank ??= open("/dev/null", "r+");
  return (await blank).fd;
}
