import { rm } from "node:fs/promises";
import type { Pod } from "#api/core/pod.ts";
import type { Sources } from "#core/pods/env.ts";
import { mountsOf, unmount } from "#os/mounts.ts";
import { makeVolumes, type StarterFacts, volumesOf } from "./pod-starter.ts";
import { VolumeRefused } from "./volumes.ts";

/** The volumes of this node's pods. */
export class PodVolumes {
  readonly #facts: StarterFacts;
  /** The last making of each pod's, since its containers start at once and share them. */
  readonly #made = new Map<string, Promise<unknown>>();

  constructor(facts: StarterFacts) {
    this.#facts = facts;
  }

  /** Makes them or brings them up to date: where each stands. Throws `VolumeRefused`, `CommandFailed`. */
  async make(pod: Pod, sources: Sources): Promise<ReadonlyMap<string, string>> {
    const { uid } = pod.metadata;
    const make = () => makeVolumes(pod, sources, this.#facts);
    const made = (this.#made.get(uid) ?? Promise.resolve()).then(make, make);
    this.#made.set(uid, made);
    return made;
  }

  /** Where something is missing the files stay as they are: its coming will be another change. */
  async refresh(pod: Pod, sources: Sources): Promise<void> {
    try {
      await this.make(pod, sources);
    } catch (fault) {
      if (!(fault instanceof VolumeRefused)) throw fault;
    }
  }

  async remove(uid: string): Promise<void> {
    this.#made.delete(uid);
    const folder = volumesOf(this.#facts.volumesFolder, uid);
    const mounts = (await mountsOf()).filter(({ at }) => at.startsWith(`${folder}/`));
    await unmount(mounts.map(({ at }) => at));
    await rm(folder, { recursive: true, force: true });
  }
}
