import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { startCluster, type TestCluster } from "../harness/cluster.ts";
import { eventually } from "../harness/eventually.ts";
import { findKubectls, type Kubectl } from "../harness/kubectls.ts";
import { openTerminal, type Terminal } from "../kubectl/terminal.ts";
import { type Exchange, fits, parseSession, printSession, seenBy, withSeen } from "../kubectl/transcript.ts";
import { asRoot } from "./as-root.ts";

/** The versions that are promised to work. */
const promised = ["1.20", "1.27", "1.28", "1.29", "1.30", "1.31", "1.32", "1.33"];
/** Those whose requests differ most from what the version before sends. */
const few = ["1.20", "1.27", "1.30", "1.33"];
/** Writes what is seen into the sessions: `PORTOLAN_RENEW=1 npm test kubectl`. */
const renew = process.env.PORTOLAN_RENEW === "1";

const folder = join(import.meta.dirname, "../kubectl/sessions");
const sessions = readdirSync(folder)
  .sort()
  .map((name) => ({ name, exchanges: parseSession(readFileSync(join(folder, name), "utf8")).exchanges }));
const kubectls = await findKubectls();

describe("every kubectl", { ...asRoot, concurrency: true }, () => {
  const scratch = mkdtempSync(join(tmpdir(), "ptl-kubectl-"));
  const shown = new Map<Exchange, Map<number, string>>();
  let cluster: TestCluster;
  before(async () => {
    cluster = await startCluster();
  });
  after(async () => {
    await cluster[Symbol.asyncDispose]();
    rmSync(scratch, { recursive: true });
    if (renew) writeSessions(shown);
  });

  for (const version of promised) {
    const kubectl = kubectls.find((one) => one.version === version);
    test(`kubectl ${version}`, { skip: kubectl === undefined && "not on this machine" }, async (t) => {
      assert(kubectl !== undefined);
      const namespace = `kubectl-${version.replace(".", "-")}`;
      const cacheFolder = join(scratch, version);
      const terminal = openTerminal({ kubectl, kubeconfig: cluster.kubeconfig, namespace, cacheFolder });
      await terminal.type(`kubectl create namespace ${namespace}`);
      await t.test("watches", () => watches(terminal));
      for (const { name, exchanges } of sessions)
        await t.test(name, async () => {
          const misfits: string[] = [];
          for (const exchange of exchanges.filter(({ how }) => how !== "few" || few.includes(version))) {
            const { text, isExpected } = await play(terminal, kubectl, exchange);
            const texts = shown.get(exchange) ?? new Map<number, string>();
            shown.set(exchange, texts.set(minorOf(kubectl), text));
            if (!isExpected)
              misfits.push(`$ ${exchange.typed}\n${text}\n-- instead of\n${seenBy(exchange, minorOf(kubectl))}`);
          }
          if (!renew && misfits.length > 0) assert.fail(misfits.join("\n\n"));
        });
    });
  }
});

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

interface Played {
  readonly text: string;
  readonly isExpected: boolean;
}

async function play(terminal: Terminal, kubectl: Kubectl, exchange: Exchange): Promise<Played> {
  const expected = seenBy(exchange, minorOf(kubectl)) ?? "";
  const once = async (): Promise<Played> => {
    const text = await terminal.type(exchange.typed);
    return { text, isExpected: fits(text, expected) };
  };
  let last = await once();
  if (exchange.how !== "wait" || last.isExpected) return last;
  const again = async (): Promise<boolean> => {
    last = await once();
    return last.isExpected;
  };
  await eventually(exchange.typed, again, { seconds: 30 }).catch(() => undefined); // what it last showed is told
  return last;
}

const minorOf = ({ version }: Kubectl): number => Number(version.split(".")[1]);

function writeSessions(shown: ReadonlyMap<Exchange, ReadonlyMap<number, string>>): void {
  for (const { name, exchanges } of sessions) {
    const renewed = exchanges.map((exchange) => {
      const byAge = [...(shown.get(exchange) ?? [])].sort(([a], [b]) => a - b);
      return withSeen(exchange, new Map(byAge));
    });
    writeFileSync(join(folder, name), printSession({ exchanges: renewed }));
  }
}
