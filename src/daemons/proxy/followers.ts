import type { RuleChange } from "./kernel-rules.ts";

/** What a node does for Services beside the rules. */
export interface RulesFollower {
  /** Hears of every change once, also where the kernel takes it only later. */
  readonly changed: (change: RuleChange) => void;
  readonly idle: () => Promise<void>;
  readonly stop: () => Promise<void>;
}
