import type { EngineName, HttpStage } from "./http-stage.ts";

/** Rejects where the engine takes it otherwise than it must. */
type Holds = (stage: HttpStage) => Promise<void>;

/** Something that a client, or an endpoint, must not get away with. */
export interface HttpRow {
  readonly row: number;
  readonly name: string;
  readonly holds: Holds;
  /** Of an engine that does something else: what it does, and what holds there instead. */
  readonly unlike?: Partial<
    Readonly<Record<EngineName, { readonly because: string; readonly holds: Holds | "nothing" }>>
  >;
}
