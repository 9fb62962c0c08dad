import { removeKubeconfig } from "#cluster/identities.ts";
import { checkRoot } from "#cluster/preflight.ts";
import { takeDown } from "#cluster/take-down.ts";
import { clusterFlags, dataDirFrom, parse } from "./arguments.ts";

/** `portolan down`: 0 also where there was nothing to stop. */
export async function down(args: readonly string[]): Promise<number> {
  const parsed = parse(args, { ...clusterFlags, purge: { type: "boolean" } });
  const dataDir = dataDirFrom(parsed);
  checkRoot();
  const purge = parsed.has("purge");
  const copy = parsed.text("kubeconfig");
  if (copy !== undefined) await removeKubeconfig(dataDir, copy);
  const outcome = await takeDown(dataDir, { purge });
  const said = {
    stopped: "Portolan is down; the machine is as it was",
    cleaned: "Portolan was not running; what an earlier run had left is cleaned up",
    nothing: "Portolan was not running",
  };
  process.stdout.write(`${said[outcome]}${purge ? `; ${dataDir} is deleted` : ""}\n`);
  return 0;
}
