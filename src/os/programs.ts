import { createHash } from "node:crypto";
import { accessSync, constants, statSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { stripTypeScriptTypes } from "node:module";
import { join } from "node:path";
import { hasCode } from "./files.ts";
import type { BindMount } from "./process-runtime/plan.ts";

/** A program of ours as a container can run it. */
export interface OwnProgram {
  readonly command: readonly string[];
  /** What it needs of this machine, wherever this repository lies. */
  readonly mounts: readonly BindMount[];
}

/** Where containers find it. */
const place = "/usr/local/lib/portolan";

/**
 * Prepares a program from a folder of ours with a `main.ts`, below `folder`, once for each of its versions. Its types are taken
 * out here, since that would cost every container 50 ms; one thread less saves memory in each.
 */
export async function prepareProgram(sources: string, folder: string): Promise<OwnProgram> {
  const names = (await readdir(sources)).filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"));
  const texts = await Promise.all(names.map((name) => readFile(join(sources, name), "utf8")));
  const version = createHash("sha256").update(process.version).update(texts.join("\0")).digest("hex").slice(0, 12);
  const made = join(folder, version);
  await mkdir(folder, { recursive: true });
  if (!(await readdir(folder)).includes(version)) await strip(made, names, texts);
  return {
    command: [`${place}/node`, "--v8-pool-size=0", `${place}/program/main.mjs`],
    mounts: [
      { from: process.execPath, at: `${place}/node`, readOnly: true },
      { from: made, at: `${place}/program`, readOnly: true },
    ],
  };
}

/** The whole of ours as it lies here, with what stands behind its name on a command line. `root` is the folder with package.json. */
export function wholeProgram(root: string, args: readonly string[]): OwnProgram {
  const parts = ["package.json", "src", "node_modules"];
  return {
    command: [
      `${place}/node`,
      "--experimental-ffi",
      "--disable-warning=ExperimentalWarning",
      `${place}/whole/src/cli/main.ts`,
      ...args,
    ],
    mounts: [
      { from: process.execPath, at: `${place}/node`, readOnly: true },
      ...parts.map((part) => ({ from: join(root, part), at: `${place}/whole/${part}`, readOnly: true })),
    ],
  };
}

async function strip(made: string, names: readonly string[], texts: readonly string[]): Promise<void> {
  const draft = `${made}.new`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft);
  for (const [index, name] of names.entries()) {
    const text = stripTypeScriptTypes(texts[index] ?? "").replace(/(["'])(\.\/[\w-]+)\.ts\1/g, "$1$2.mjs$1");
    await writeFile(join(draft, name.replace(/\.ts$/, ".mjs")), text);
  }
  await rename(draft, made);
}

/** Whether this machine has a program: a full path, or a name on the PATH that containers have by default. */
export function isInstalled(program: string): boolean {
  const folders = program.includes("/") ? [""] : defaultPath.split(":");
  return folders.some((folder) => isExecutable(folder === "" ? program : join(folder, program)));
}

/** Docker's, which images inherit unless they say otherwise. */
export const defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch (fault) {
    if (hasCode(fault, "ENOENT", "ENOTDIR", "EACCES", "ELOOP")) return false;
    throw fault;
  }
}
