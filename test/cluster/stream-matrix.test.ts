import assert from "node:assert/strict";
import { readlink } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import { allPids, argumentsOf } from "#os/processes.ts";
import { type Finished, run, start } from "#os/spawn.ts";
import { startCluster, type TestCluster } from "../harness/cluster.ts";
import { eventually } from "../harness/eventually.ts";
import { type Kubectl, kubectlsByWire } from "../harness/kubectls.ts";
import { asRoot } from "./as-root.ts";

/** Attached to by every kubectl in turn; each has a container of its own. */
const podsOf = (versions: readonly string[]) =>
  versions.flatMap((version) => [
    podOf(`waiting-${version}`, "while read -r word; do echo heard $word; done", { stdin: true }),
    podOf(`shell-${version}`, "exec sh", { stdin: true, tty: true }),
  ]);

const podOf = (name: string, script: string, how: { readonly stdin: true; readonly tty?: true }) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name },
  spec: {
    terminationGracePeriodSeconds: 0,
    restartPolicy: "Never",
    containers: [{ name: "main", image: "busybox", command: ["sh", "-c", script], ...how }],
  },
});

describe("exec, attach and run", asRoot, async () => {
  const kubectls = await kubectlsByWire();
  let cluster: TestCluster;
  before(async () => {
    cluster = await startCluster();
    const items = podsOf(kubectls.map(dashed));
    await cluster.kubectl(["apply", "-f", "-"], { input: JSON.stringify({ apiVersion: "v1", kind: "List", items }) });
    await cluster.kubectl(["wait", "pod", "--all", "--for=condition=Ready", "--timeout=60s"]);
  });
  after(() => cluster?.[Symbol.asyncDispose]());

  for (const kubectl of kubectls)
    describe(`kubectl ${kubectl.version}`, { concurrency: true }, () => {
      const [waiting, shell] = [`waiting-${dashed(kubectl)}`, `shell-${dashed(kubectl)}`];
      const typed = (args: readonly string[], input?: string): Promise<Finished> =>
        cluster.kubectl(args, { by: kubectl, ...(input !== undefined && { input }) });

      test("both outputs of a command are apart, and its exit code is kubectl's", async () => {
        const failing = typed(["exec", waiting, "--", "sh", "-c", "echo out; echo err >&2; exit 7"]);
        await assert.rejects(failing, { exitCode: 7, stderr: "err\ncommand terminated with exit code 7\n" });
        assert.deepEqual(await typed(["exec", waiting, "--", "echo", "out"]), { stdout: "out\n", stderr: "" });
      });

      test("the end of kubectl's input is the command's", async () => {
        assert.equal((await typed(["exec", "-i", waiting, "--", "cat"], "abc\n")).stdout, "abc\n");
      });

      test("a shell at a terminal knows its size, and of changes; Ctrl-C interrupts; its exit code is kubectl's", async () => {
        const screen = openScreen(kubectl, cluster, ["exec", "-it", waiting, "--", "sh"]);
        await screen.shows(/# /);
        await screen.resize("rows 41 cols 121");
        await eventually(
          "the size is known",
          async () => {
            screen.type("stty size\n");
            return screen.seen().includes("41 121");
          },
          { seconds: 10 },
        );
        screen.type("tty; sleep 1000 # long\n");
        await screen.shows(/\/dev\/pts\/\d+\r\n/);
        screen.type("\x03");
        screen.type("exit $((40+2))\n");
        assert.equal(await screen.exitCode, 42);
      });

      test("a container that waits for input is attached to", async () => {
        const child = start([kubectl.path, "--kubeconfig", cluster.kubeconfig, "attach", "-i", waiting], {
          stdio: ["pipe", "pipe", "ignore"],
        });
        let seen = "";
        child.stdout?.on("data", (piece: Buffer) => (seen += piece.toString()));
        child.stdin?.write("one\n");
        await eventually("it answers", () => seen === "heard one\n", { seconds: 10 });
        child.kill();
      });

      test("a container with a terminal is attached to, and shows its prompt", async () => {
        const screen = openScreen(kubectl, cluster, ["attach", "-it", shell]);
        await screen.shows(/# /);
        screen.type("echo $((6*7)); tty; exit 3\n");
        await screen.shows(/42\r\n\/dev\/pts\/0\r\n/);
        await screen.exitCode;
        assert.match((await typed(["logs", shell])).stdout, /42\r\n\/dev\/pts\/0\r\n/);
      });

      test("run -it --rm is a shell, and nothing is left when it ends", async () => {
        const name = `once-${dashed(kubectl)}`;
        const args = ["run", "-it", "--rm", name, "--image=busybox", "--restart=Never", "--", "sh"];
        const screen = openScreen(kubectl, cluster, args);
        await screen.shows(/# /);
        screen.type("echo $((6*7)); exit\n");
        await screen.shows(/42\r\n/);
        assert.equal(await screen.exitCode, 0);
        assert.equal((await typed(["get", "pod", name, "--ignore-not-found"])).stdout, "");
      });
    });
});

const dashed = ({ version }: Kubectl): string => version.replace(".", "-");

/** Somebody before a kubectl at a terminal: `script` holds it, and `stty` changes its size. */
function openScreen(kubectl: Kubectl, { kubeconfig }: TestCluster, args: readonly string[]) {
  const line = [kubectl.path, "--kubeconfig", kubeconfig, ...args];
  const child = start(
    ["script", "--quiet", "--return", "--command", line.map((w) => `'${w}'`).join(" "), "/dev/null"],
    {
      stdio: ["pipe", "pipe", "ignore"],
    },
  );
  let seen = "";
  child.stdout?.on("data", (piece: Buffer) => (seen += piece.toString()));
  child.stdin?.on("error", () => {});
  const exitCode = new Promise((resolve, reject) => child.once("error", reject).once("close", resolve));
  return {
    exitCode,
    seen: () => seen,
    type: (keys: string) => void child.stdin?.write(keys),
    shows: (what: RegExp) => eventually(`${what} on the terminal`, () => sees(seen, what), { seconds: 20 }),
    resize: async (size: string) => {
      await run(["stty", "-F", await terminalOf(line), ...size.split(" ")]);
    },
  };
}

async function terminalOf(line: readonly string[]): Promise<string> {
  for (const pid of await allPids())
    if ((await argumentsOf(pid)).join(" ") === line.join(" ")) return readlink(`/proc/${pid}/fd/0`);
  throw new Error(`nobody runs ${line.join(" ")}`);
}

/** Throws what is seen instead. */
function sees(seen: string, what: RegExp): boolean {
  assert.match(seen, what);
  return true;
}
