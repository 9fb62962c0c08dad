import { settingsTable } from "#cluster/settings.ts";
import packageJson from "../../package.json" with { type: "json" };
import { clusterFlags, parse, wantsJson } from "./arguments.ts";

export async function version(args: readonly string[]): Promise<number> {
  const json = wantsJson(parse(args, clusterFlags));
  const facts = {
    portolan: packageJson.version,
    kubernetes: settingsTable["kubernetes-version"].fallback,
    node: process.version,
  };
  process.stdout.write(
    json
      ? `${JSON.stringify(facts)}\n`
      : `portolan v${facts.portolan}, Kubernetes API ${facts.kubernetes}, Node.js ${facts.node}\n`,
  );
  return 0;
}
