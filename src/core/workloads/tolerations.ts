import type { Taint } from "#api/core/node.ts";
import type { Toleration } from "#api/core/pod/scheduling.ts";

/** Whether the pod's toleration is for that taint. No key with Exists tolerates all; no effect every effect. Source: core/v1 Toleration. */
export function tolerates(
  { key = "", operator = "Equal", value = "", effect = "" }: Toleration,
  taint: Taint,
): boolean {
  if (effect !== "" && effect !== taint.effect) return false;
  if (key !== "" && key !== taint.key) return false;
  if (operator === "Exists" || (operator === "" && key === "")) return true;
  return (operator === "Equal" || operator === "") && key !== "" && value === (taint.value ?? "");
}
