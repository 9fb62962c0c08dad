import { join } from "node:path";
import type { NodePlan } from "./node-plan.ts";
import { type Setting, type SettingName, type Settings, settingsTable } from "./settings.ts";

/** How `portolan node` is called for a node that this cluster runs itself. */
export function nodeFlags(settings: Settings, node: NodePlan, kubeconfig: string): readonly string[] {
  const pairs: readonly (readonly [flag: string, value: string])[] = [
    ["data-dir", node.folder],
    ["kubeconfig", kubeconfig],
    ["node-name", node.name],
    ["node-ip", node.addresses.map(({ text }) => text).join(",")],
    [
      "node-labels",
      Object.entries(node.report.labels)
        .map(([key, value]) => `${key}=${value}`)
        .join(","),
    ],
    ["tls-cert-file", join(node.folder, "pki", "kubelet.crt")],
    ["tls-private-key-file", join(node.folder, "pki", "kubelet.key")],
    ...Object.values(settingsTable).flatMap((row) => textOf(row, settings)),
  ];
  return pairs.flatMap(([flag, value]) => [`--${flag}=${value}`]);
}

function textOf(row: Setting, settings: Settings): readonly (readonly [SettingName, string])[] {
  const text = row.toNode?.(settings[row.name]);
  return text === undefined ? [] : [[row.name, text]];
}
