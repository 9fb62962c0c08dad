import type { Scene } from "./stage.ts";

/** One row of the table. */
export interface Seed {
  readonly file: string;
  readonly expected: string;
  /** Rows of one namespace share what earlier ones have made there. */
  readonly namespace: string;
  /** Programs that it needs besides our own. */
  readonly needs: readonly string[];
  /** Says what was seen. Throws `Unexpected`. */
  readonly play: (scene: Scene) => Promise<string>;
}
