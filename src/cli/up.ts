import { applyManifest, type Manifest } from "#client/apply.ts";
import type { Transport } from "#client/transport.ts";
import { connect } from "#cluster/connect.ts";
import { type RunningCluster, readRunning } from "#cluster/running.ts";
import { bringUp, reach } from "#cluster/session.ts";
import { parse, settingFlags, settingsFrom } from "./arguments.ts";
import { startDetached, tellParent } from "./detached.ts";
import { exposureTable } from "./exposure-table.ts";
import { readManifests } from "./manifests.ts";

const flags = {
  ...settingFlags,
  detach: { type: "boolean", short: "d" },
  filename: { type: "string", short: "f", multiple: true },
  namespace: { type: "string", short: "n" },
  debug: { type: "boolean" },
} as const;

/** How long pods may take to answer before the table tells what they say then. */
const patienceSeconds = 60;

/** `portolan up`: 0 when the cluster is ready (`-d`), or was taken down again. */
export async function up(args: readonly string[]): Promise<number> {
  const startedAt = performance.timeOrigin;
  const parsed = parse(args, flags);
  const settings = await settingsFrom(parsed);
  const manifests = await readManifests(parsed.texts("filename"), parsed.text("namespace") ?? "default");
  const running = await readRunning(settings["data-dir"]);
  if (running !== undefined) {
    const transport = await reach(settings["data-dir"], running, () => connect(settings["data-dir"]));
    await show(transport, running, manifests);
    transport.close();
    say(readyLine(startedAt));
    return 0;
  }
  if (parsed.has("detach") && process.send === undefined) return startDetached(args);
  const session = await bringUp(settings);
  const ended = untilSignal();
  for (const warning of session.warnings) process.stderr.write(`warning: ${warning}\n`);
  try {
    await Promise.race([show(session.cluster.transport, session.running, manifests), ended]);
  } catch (fault) {
    await session.down();
    throw fault;
  }
  say(readyLine(startedAt));
  tellParent();
  await ended;
  await session.down();
  return 0;
}

/** Time runs from the start of the program. */
const readyLine = (startedAt: number): string =>
  `Portolan is ready in ${((Date.now() - startedAt) / 1000).toFixed(2)} s\n`;

const say = (text: string): boolean => process.stdout.write(text);

type Shown = Pick<RunningCluster, "nodeAddress" | "dnsAddress" | "clusterDomain">;

/** Applies manifests, telling each as kubectl does, then the table of addresses. */
async function show(transport: Transport, running: Shown, manifests: readonly Manifest[]): Promise<void> {
  for (const manifest of manifests) {
    const done = await applyManifest(transport, manifest);
    const { group, singular } = manifest.kind;
    say(`${group === "" ? singular : `${singular}.${group}`}/${manifest.name} ${done}\n`);
  }
  const { nodeAddress, clusterDomain, dnsAddress } = running;
  const table = await exposureTable(transport, manifests, {
    nodeAddress,
    clusterDomain,
    dnsServer: dnsAddress,
    patienceSeconds,
  });
  if (table !== "") say(`\n${table}\n`);
}

/** Resolves at the first SIGINT, SIGTERM or SIGHUP; further ones don't interrupt the clean-up. */
function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => resolve());
  });
}
