import type { Origin } from "./route-table.ts";

/** One entry of a ConfigMap. */
export interface Setting {
  readonly key: string;
  readonly value: string;
  readonly origin: Origin;
}

/** Says that a setting can't be used. */
export type Refuse = (origin: Origin, message: string) => void;
