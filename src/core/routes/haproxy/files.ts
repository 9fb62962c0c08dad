import type { HaproxyPlan, HaproxyServer } from "./plan.ts";

/** What the crt-list is called in the folder, and so at run time. */
export const certificateListName = "certificates.list";
export const configName = "haproxy.cfg";

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

/**
 * The configuration with its servers: a slot's line is written anew with its address, the others stand at the end of their sections. Sections
 * that the configuration doesn't have are left out.
 */
export function configWithServers({ config, servers }: HaproxyPlan): string {
  const lines: string[] = [];
  let left: HaproxyServer[] = [];
  const endSection = () => {
    lines.push(...left.splice(0).map(serverLine));
  };
  for (const line of config.split("\n")) {
    const [word, name = ""] = line.trimStart().split(" ");
    if (/^[a-z]/.test(line) || line === "") endSection();
    if (/^(backend|listen) /.test(line)) left = [...(servers.get(name) ?? [])];
    const slot = word === "server" ? left.findIndex((server) => server.name === name) : -1;
    lines.push(...(slot === -1 ? [line] : left.splice(slot, 1).map(serverLine)));
  }
  endSection();
  return lines.join("\n");
}

const serverLine = ({ name, address, weight, options }: HaproxyServer): string =>
  ["  server", name, address, "weight", weight, ...options].join(" ");

const mapText = (entries: ReadonlyMap<string, string>): string =>
  [...entries].map(([key, value]) => asLine(`${key} ${value}`)).join("");

const asLine = (text: string): string => `${text}\n`;
