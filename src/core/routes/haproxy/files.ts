import type { HaproxyPlan, HaproxyServer } from "./plan.ts";

/** What the crt-list is called in the folder, and so at run time. */
export const certificateListName = "certificates.list";
const configName = "haproxy.cfg";

/** Everything that HAProxy reads when it starts with this plan, by the names that the configuration has for it. */
export function wholeFiles(plan: HaproxyPlan): ReadonlyMap<string, string> {
  const files = new Map([[configName, configWithServers(plan)]]);
  for (const [name, entries] of plan.maps) files.set(name, mapText(entries));
  for (const [name, pem] of plan.certificates) files.set(name, pem);
  files.set(
    certificateListName,
    plan.certificateList
      .map(({ file, hosts }) => [file, ...hosts].join(" "))
      .map(asLine)
      .join(""),
  );
  return files;
}

/** The configuration with its servers, at the end of their sections. Sections that the configuration doesn't have are left out. */
export function configWithServers({ config, servers }: HaproxyPlan): string {
  const lines: string[] = [];
  let left: readonly HaproxyServer[] = [];
  for (const line of config.split("\n")) {
    if (/^[a-z]/.test(line) || line === "") {
      lines.push(...left.map(serverLine));
      left = [];
    }
    const [, name] = /^(?:backend|listen) (\S+)/.exec(line) ?? [];
    if (name !== undefined) left = servers.get(name) ?? [];
    lines.push(line);
  }
  return [...lines, ...left.map(serverLine)].join("\n");
}

const serverLine = ({ name, address, weight, options }: HaproxyServer): string =>
  ["  server", name, address, "weight", weight, ...options].join(" ");

const mapText = (entries: ReadonlyMap<string, string>): string =>
  [...entries].map(([key, value]) => asLine(`${key} ${value}`)).join("");

const asLine = (text: string): string => `${text}\n`;
