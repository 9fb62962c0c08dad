import type { Taint } from "#api/core/node.ts";
import type { Toleration } from "#api/core/pod/scheduling.ts";

/**
 * Whether a pod's toleration is for that taint. Without an effect it is for every effect; `Exists` without a key for every taint.
 * Source: core/v1 Toleration.
 */
export function tolerates(
  { key = "", operator = "Equal", value = "", effect = "" }: Toleration,
  taint: Taint,
): boolean {
  if (effect !== "" && effect !== taint.effect) return false;
  if (key !== "" && key !== taint.key) return false;
  if (operator === "Exists") return true;
  return operator === "Equal" && key !== "" && value === (taint.value ?? "");
}
