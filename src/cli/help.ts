import { settingsTable, variableOf } from "#cluster/settings.ts";
import type { Command } from "./command.ts";

export function showHelp(commands: readonly Command[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  const rows = commands.map(({ name, does }) => `  ${name.padEnd(width)}   ${does}\n`);
  return `Portolan: a Kubernetes cluster that starts in a second and explains how its workloads are reached.

Usage: portolan COMMAND [options]

${rows.join("")}
\`portolan COMMAND --help\` tells more. Exit codes: 0 done, 1 failed, 2 wrong usage.
`;
}

export function showCommandHelp({ name, usage, does, options, examples = [], takesSettings }: Command): string {
  const settings = takesSettings ? Object.values(settingsTable) : [];
  const rows = [
    ...options.map(({ flag, doc }) => [flag, doc] as const),
    ...settings.map(
      (setting) =>
        [
          `--${setting.name} ${setting.placeholder}`.trimEnd(),
          `${setting.doc}${fallbackOf(setting.fallback)}`,
        ] as const,
    ),
  ];
  const width = Math.max(0, ...rows.map(([flag]) => flag.length));
  const listed = rows.map(([flag, doc]) => `  ${flag.padEnd(width)}   ${doc}\n`).join("");
  const variables = takesSettings
    ? `\nEach setting can also come from a variable (${variableOf({ name: "api-port" })}=6443) or a line of <data-dir>/config.yaml (api-port: 6443).\n`
    : "";
  return `portolan ${name}${usage === "" ? "" : ` ${usage}`}: ${does}\n${listed === "" ? "" : `\n${listed}`}${variables}${showExamples(examples)}`;
}

function showExamples(examples: NonNullable<Command["examples"]>): string {
  if (examples.length === 0) return "";
  const width = Math.max(...examples.map(([line]) => line.length));
  return `\nExamples:\n${examples.map(([line, doc]) => `  ${line.padEnd(width)}   ${doc}\n`).join("")}`;
}

const fallbackOf = (fallback: string): string => (fallback === "" ? "" : ` (default ${fallback})`);
