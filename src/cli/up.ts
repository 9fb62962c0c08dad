import { applyManifest, type Manifest } from "#client/apply.ts";
import type { Transport } from "#client/transport.ts";
import { showSetting } from "#cluster/change.ts";
import { connect } from "#cluster/connect.ts";
import { copyKubeconfig } from "#cluster/identities.ts";
import { type RunningCluster, readRunning } from "#cluster/running.ts";
import { bringUp } from "#cluster/session.ts";
import { type Asked, settingsTable } from "#cluster/settings.ts";
import { askedFrom, parse, settingFlags } from "./arguments.ts";
import { isDetached, ownVoice, startDetached, type Voice, voiceOfDetached } from "./detached.ts";
import { exposureTable } from "./exposure-table.ts";
import { ingressTable } from "./ingress-table.ts";
import { readManifests } from "./manifests.ts";
import { untilSignal } from "./signals.ts";

const flags = {
  ...settingFlags,
  detach: { type: "boolean", short: "d" },
  filename: { type: "string", short: "f", multiple: true },
  namespace: { type: "string", short: "n" },
  kubeconfig: { type: "string" },
  debug: { type: "boolean" },
} as const;

/** How long pods may take to answer before the table tells what they say then. */
const patience = { seconds: 60, podlessSeconds: 3, ingressSeconds: 30 };

/** `portolan up`: 0 when the cluster is ready (`-d`), or was taken down again. */
export async function up(args: readonly string[]): Promise<number> {
  const parsed = parse(args, flags);
  const asked = await askedFrom(parsed);
  const dataDir = asked.settings["data-dir"];
  const manifests = await readManifests(parsed.texts("filename"), parsed.text("namespace") ?? "default");
  const running = await readRunning(dataDir);
  if (running !== undefined) {
    for (const sentence of notApplied(asked, running)) ownVoice.tell(`warning: ${sentence}\n`);
    const transport = await connect(dataDir, running);
    try {
      await show(transport, { running, manifests, voice: ownVoice });
      await copyKubeconfigTo(parsed.text("kubeconfig"), dataDir);
    } finally {
      transport.close();
    }
    ownVoice.ready();
    return 0;
  }
  if (parsed.has("detach") && !isDetached()) return startDetached(args);
  const kubeconfig = parsed.text("kubeconfig");
  return untilInterrupted(asked, { manifests, kubeconfig, voice: isDetached() ? voiceOfDetached : ownVoice });
}

/** What a cluster that runs is not told: it has been started with other settings. */
function notApplied({ settings, given }: Asked, running: RunningCluster): readonly string[] {
  return Object.values(settingsTable).flatMap(({ name }) => {
    const from = given.get(name)?.from;
    if (from === undefined || showSetting(settings[name]) === running.settings[name]) return [];
    return [`${from} is left out: the cluster runs already; edit its config.yaml, or take it down first`];
  });
}

async function copyKubeconfigTo(file: string | undefined, dataDir: string): Promise<void> {
  if (file !== undefined) await copyKubeconfig(dataDir, file);
}

interface Wanted {
  readonly manifests: readonly Manifest[];
  /** Where the kubeconfig is wanted, too. */
  readonly kubeconfig: string | undefined;
  readonly voice: Voice;
}
async function untilInterrupted(asked: Asked, { manifests, kubeconfig, voice }: Wanted): Promise<number> {
  const interrupted = untilSignal();
  // Whoever read what we say may be gone, as in `portolan up | head`: that is no reason to leave anything behind.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
  const session = await bringUp(asked, { interrupted, tell: (sentence) => voice.tell(`warning: ${sentence}\n`) });
  const { transport, running } = session;
  try {
    await copyKubeconfigTo(kubeconfig, asked.settings["data-dir"]);
    const shown = show(transport, { running, manifests, voice }).then(() => "shown" as const);
    if ((await Promise.race([shown, interrupted])) === "shown") voice.ready();
    await interrupted;
  } finally {
    await session.down();
  }
  return 0;
}

interface Shown {
  readonly running: RunningCluster;
  readonly manifests: readonly Manifest[];
  readonly voice: Voice;
}

/** Applies manifests, telling each as kubectl does, then the table of addresses. */
async function show(transport: Transport, { running, manifests, voice }: Shown): Promise<void> {
  for (const manifest of manifests) {
    const done = await applyManifest(transport, manifest);
    const { group, singular } = manifest.kind;
    voice.say(`${group === "" ? singular : `${singular}.${group}`}/${manifest.name} ${done}\n`);
  }
  const { nodes, clusterDomain, dnsAddress } = running;
  const { address: nodeAddress = "", netns = null } = nodes[0] ?? {};
  const table = await exposureTable(transport, manifests, {
    isNode: netns === null,
    nodeAddress,
    clusterDomain,
    standpoint: { dnsServer: dnsAddress, netns },
    patience,
  });
  if (table !== "") voice.say(`\n${table}\n`);
  const standpoint = { dnsServer: dnsAddress, netns };
  const ingresses = await ingressTable(transport, manifests, { standpoint, seconds: patience.ingressSeconds });
  if (ingresses !== "") voice.say(`${table === "" ? "\n" : ""}${ingresses}\n`);
}
