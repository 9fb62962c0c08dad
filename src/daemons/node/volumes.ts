import { chmod, chown, mkdir, readdir, readFile, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Volume } from "#api/core/pod/volumes.ts";
import type { VolumeFile, VolumePlan } from "#core/pods/volumes.ts";
import { hasCode } from "#os/files.ts";
import { run } from "#os/spawn.ts";

/** A volume that can't be made; the pod waits, and an event says why. */
export class VolumeRefused extends Error {
  readonly code = "VolumeRefused";
}

/** Where a volume of a pod stands on this machine. Throws `VolumeRefused`, `CommandFailed`. */
export async function makeVolume(folder: string, volume: Volume, plan: VolumePlan): Promise<string> {
  const path = join(folder, volume.name);
  switch (plan.kind) {
    case "refused":
      throw new VolumeRefused(`MountVolume.SetUp failed for volume "${volume.name}" : ${plan.message}`);
    case "host":
      await checkHostPath(volume.name, plan);
      return plan.path;
    case "files":
      await writeFiles(path, plan.files);
      return path;
    case "empty":
      if (await exists(path)) return path;
      await mkdir(path, { recursive: true });
      await chmod(path, 0o777); // whoever the container runs as may write there
      if (plan.inMemory) await run(["mount", "-t", "tmpfs", "-o", memoryOptions(plan.sizeLimit), "tmpfs", path]);
      return path;
  }
}

const memoryOptions = (sizeLimit: string | undefined): string =>
  `mode=1777,nosuid,nodev${sizeLimit === undefined ? "" : `,size=${sizeLimit.replace(/i$/, "").toLowerCase()}`}`;

const exists = async (path: string): Promise<boolean> => (await kindOf(path)) !== undefined;

async function kindOf(
  path: string,
): Promise<"folder" | "file" | "socket" | "characterDevice" | "blockDevice" | undefined> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) return "folder";
    if (found.isSocket()) return "socket";
    if (found.isCharacterDevice()) return "characterDevice";
    return found.isBlockDevice() ? "blockDevice" : "file";
  } catch (fault) {
    if (hasCode(fault, "ENOENT", "ENOTDIR")) return undefined;
    throw fault;
  }
}

/** Source: core/v1 HostPathType. */
const hostPathTypes = {
  Directory: { kind: "folder", words: "is not a directory" },
  File: { kind: "file", words: "is not a file" },
  Socket: { kind: "socket", words: "is not a socket" },
  CharDevice: { kind: "characterDevice", words: "is not a character device" },
  BlockDevice: { kind: "blockDevice", words: "is not a block device" },
} as const;

async function checkHostPath(
  name: string,
  { path, type }: { readonly path: string; readonly type: string },
): Promise<void> {
  const found = await kindOf(path);
  if (type === "DirectoryOrCreate" && found === undefined) await mkdir(path, { recursive: true, mode: 0o755 });
  if (type === "FileOrCreate" && found === undefined) await writeFile(path, "", { mode: 0o644 });
  const rule = Object.entries(hostPathTypes).find(([word]) => word === type)?.[1];
  if (rule !== undefined && found !== rule.kind) {
    throw new VolumeRefused(
      `MountVolume.SetUp failed for volume "${name}" : hostPath type check failed: ${path} ${rule.words}`,
    );
  }
  if (type === "" && found === undefined) await mkdir(path, { recursive: true, mode: 0o755 });
}

/**
 * Writes what a volume shows so that readers see the old files or the new ones, never some of each: a folder a state, and the
 * link `..data` to the present one. Nothing happens where the files are as they should be.
 */
async function writeFiles(path: string, files: readonly VolumeFile[]): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o755 });
  const shown = join(path, "..data");
  if (await isSame(shown, files)) return;
  const state = `..${Date.now()}`;
  for (const file of files) {
    const to = join(path, state, file.path);
    await mkdir(dirname(to), { recursive: true, mode: 0o755 });
    await writeFile(to, file.bytes, { mode: file.mode });
    const { user = 0, group = 0 } = file.owner ?? {};
    if (file.owner !== undefined) await chown(to, user, group);
  }
  await mkdir(join(path, state), { recursive: true, mode: 0o755 });
  await rm(`${shown}.new`, { force: true }); // of an agent that was killed at this point
  await symlink(state, `${shown}.new`);
  await rename(`${shown}.new`, shown);
  const tops = new Set(files.map((file) => file.path.split("/")[0] ?? ""));
  for (const top of tops) await linkOnce(join("..data", top), join(path, top));
  for (const name of await readdir(path)) {
    const isOld = name.startsWith("..") ? name !== "..data" && name !== state : !tops.has(name);
    if (isOld) await rm(join(path, name), { recursive: true, force: true });
  }
}

async function linkOnce(to: string, at: string): Promise<void> {
  try {
    await symlink(to, at);
  } catch (fault) {
    if (!hasCode(fault, "EEXIST")) throw fault;
  }
}

async function isSame(folder: string, files: readonly VolumeFile[]): Promise<boolean> {
  try {
    const names = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((one) => one.isFile());
    if (names.length !== files.length) return false;
    const texts = await Promise.all(files.map(({ path }) => readFile(join(folder, path))));
    return texts.every((text, i) => text.equals(files[i]?.bytes ?? Buffer.alloc(0)));
  } catch (fault) {
    if (hasCode(fault, "ENOENT")) return false;
    throw fault;
  }
}
