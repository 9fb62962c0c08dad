import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { commandEnv } from "#os/spawn.ts";

/** Where `bin/setup --test` unpacks Debian packages, a folder each, without installing them. */
const unpackedRoot = join(import.meta.dirname, "../../node_modules/.cache/portolan-debs");

/** The folder of a package that set-up unpacked; undefined where it could not be had. */
export function unpackedPackage(name: string): string | undefined {
  const folder = `${unpackedRoot}/${name}`;
  return existsSync(folder) ? folder : undefined;
}

/**
 * Full path of a program: the machine's own, else the one in the unpacked package. Undefined where neither is there: the test
 * says so and skips.
 */
export function findProgram(program: string, packageName: string): string | undefined {
  const unpacked = unpackedPackage(packageName);
  const inside = ["usr/sbin", "usr/bin", "bin", "sbin"].map((folder) => `${unpacked}/${folder}`);
  const folders = [...(commandEnv().PATH ?? "").split(delimiter), ...(unpacked === undefined ? [] : inside)];
  return folders.map((folder) => `${folder}/${program}`).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
