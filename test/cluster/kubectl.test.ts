import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { startCluster, type TestCluster } from "../harness/cluster.ts";
import { eventually } from "../harness/eventually.ts";
import { findKubectls, type Kubectl, kubectlsByWire } from "../harness/kubectls.ts";
import { isOfFew, type Play, play, playsIn, renew } from "../kubectl/play.ts";
import { openTerminal, type Terminal } from "../kubectl/terminal.ts";
import { asRoot } from "./as-root.ts";

/** The versions that are promised to work. */
const promised = ["1.20", "1.27", "1.28", "1.29", "1.30", "1.31", "1.32", "1.33"];
/** Writes what is seen into the sessions, to be read in review: `PORTOLAN_RENEW=1 npm test kubectl`. */
const renews = process.env.PORTOLAN_RENEW === "1";

const installed = await findKubectls();
/** `npm run soak -- kubectl` has every version play, and so has who renews the sessions. */
const kubectls = renews ? installed : await kubectlsByWire();
const missing = promised.filter((version) => !installed.some((kubectl) => kubectl.version === version));
for (const version of missing) test(`kubectl ${version}`, { skip: "not on this machine" }, () => {});

describe("on one cluster", asRoot, () => {
  const scratch = mkdtempSync(join(tmpdir(), "ptl-kubectl-"));
  const plays = { together: playsIn("together"), alone: playsIn("alone") };
  let cluster: TestCluster | undefined;
  before(async () => {
    cluster = await startCluster();
  });
  after(async () => {
    await cluster?.[Symbol.asyncDispose]();
    rmSync(scratch, { recursive: true });
    if (renews) for (const one of [...plays.together, ...plays.alone]) renew(one);
  });
  const terminalOf = (kubectl: Kubectl): Terminal => {
    assert(cluster !== undefined);
    const { version } = kubectl;
    const namespace = `kubectl-${version.replace(".", "-")}`;
    return openTerminal({ kubectl, kubeconfig: cluster.kubeconfig, namespace, cacheFolder: join(scratch, version) });
  };

  describe("all at once, in a namespace each", { concurrency: true }, () => {
    for (const kubectl of kubectls)
      test(`kubectl ${kubectl.version}`, async (t) => {
        const terminal = terminalOf(kubectl);
        await terminal.type("kubectl create namespace $NS");
        await t.test("get --watch", () => watches(terminal));
        for (const one of plays.together) await t.test(one.name, () => asWritten(one, terminal, kubectl));
      });
  });

  describe("one after another, since there is one node", () => {
    for (const kubectl of kubectls.filter(isOfFew))
      for (const one of plays.alone)
        test(`kubectl ${kubectl.version}: ${one.name}`, () => asWritten(one, terminalOf(kubectl), kubectl));
  });
});

async function asWritten(one: Play, terminal: Terminal, kubectl: Kubectl): Promise<void> {
  const misfits = await play(one, terminal, kubectl);
  if (!renews && misfits !== "") assert.fail(misfits);
}

/** An object comes into sight of a watch with its label, and leaves it with that. */
async function watches(terminal: Terminal): Promise<void> {
  const watching = terminal.watch("kubectl get configmaps --selector=seen=yes --watch --no-headers");
  const shows = (text: string): Promise<boolean> =>
    eventually(`the watch shows\n${text}`, () => watching.seen() === text, { seconds: 30 });
  try {
    await terminal.type("kubectl create configmap one --from-literal=a=b");
    await terminal.type("kubectl create configmap two");
    await terminal.type("kubectl label configmap one seen=yes");
    await shows("one  1  AGE");
    await terminal.type("kubectl annotate configmap one note=changed");
    await shows("one  1  AGE\none  1  AGE");
    await terminal.type("kubectl delete configmap two");
    await terminal.type("kubectl label configmap one seen-");
    await shows("one  1  AGE\none  1  AGE\none  1  AGE");
  } finally {
    await watching.interrupt();
  }
  await terminal.type("kubectl delete configmap one");
}
