import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Pod } from "#api/core/pod.ts";
import type { Sources } from "#core/pods/env.ts";
import { planVolume } from "#core/pods/volumes.ts";
import { mountsOf, unmount } from "#os/mounts.ts";
import { run } from "#os/spawn.ts";
import type { StarterFacts } from "./pod-starter.ts";
import type { PodTokens } from "./pod-tokens.ts";
import { makeVolume, VolumeRefused } from "./volumes.ts";

/** The volumes of this node's pods. */
export class PodVolumes {
  readonly #facts: StarterFacts;
  readonly #tokens: PodTokens;
  /** The last making of each pod's, since its containers start at once and share them. */
  readonly #made = new Map<string, Promise<unknown>>();
  #memory: Promise<string> | undefined;

  constructor(facts: StarterFacts, tokens: PodTokens) {
    this.#facts = facts;
    this.#tokens = tokens;
  }

  /** Makes them or brings them up to date: where each stands. Throws `VolumeRefused`, `CommandFailed`. */
  async make(pod: Pod, sources: Sources): Promise<ReadonlyMap<string, string>> {
    const { uid } = pod.metadata;
    const make = () => this.#makeAll(pod, sources);
    const made = (this.#made.get(uid) ?? Promise.resolve()).then(make, make);
    this.#made.set(uid, made);
    return made;
  }

  /**
   * Where something is missing the files stay as they are: its coming will be another change. Nobody tells of the coming of a token, so
   * what the server has said of it is thrown.
   */
  async refresh(pod: Pod, sources: Sources): Promise<void> {
    try {
      await this.make(pod, sources);
    } catch (fault) {
      if (!(fault instanceof VolumeRefused)) throw fault;
    }
    this.#tokens.mustBeFresh(pod.metadata.uid);
  }

  async remove(uid: string): Promise<void> {
    this.#made.delete(uid);
    this.#tokens.forget(uid);
    const folders = [this.#facts.volumesFolder, memoryBelow(this.#facts.volumesFolder)].map((one) => join(one, uid));
    const mounts = (await mountsOf()).filter(({ at }) => folders.some((folder) => at.startsWith(`${folder}/`)));
    await unmount(mounts.map(({ at }) => at));
    for (const folder of folders) await rm(folder, { recursive: true, force: true });
  }

  async #makeAll(pod: Pod, sources: Sources): Promise<ReadonlyMap<string, string>> {
    const { node, volumesFolder } = this.#facts;
    const { uid } = pod.metadata;
    const tokens = await this.#tokens.of(pod);
    const made = (pod.spec.volumes ?? []).map(async (volume) => {
      const plan = planVolume(pod, volume, { sources, node, tokens });
      const below = plan.kind === "files" && plan.secret ? await this.#memoryFolder() : volumesFolder;
      return [volume.name, await makeVolume(join(below, uid), volume, plan)] as const;
    });
    return new Map(await Promise.all(made));
  }

  /** Made when it is first needed; every pod's secrets stand in the one file system, since each mount makes all later ones slower. */
  #memoryFolder(): Promise<string> {
    const making = this.#memory ?? mountMemory(memoryBelow(this.#facts.volumesFolder));
    this.#memory = making;
    making.then(undefined, () => {
      this.#memory = undefined; // tried again with the next volume
    });
    return making;
  }
}

/** Beside the folders of pods, which have uids for names. */
const memoryBelow = (folder: string): string => join(folder, "memory");

/** Open to nobody else on this machine. An agent that ran before may have left it, with the files of pods that go on. */
async function mountMemory(folder: string): Promise<string> {
  if ((await mountsOf()).some(({ at }) => at === folder)) return folder;
  await mkdir(folder, { recursive: true });
  await run(["mount", "-n", "-t", "tmpfs", "-o", "mode=0700,nosuid,nodev,noexec", "tmpfs", folder]);
  return folder;
}
