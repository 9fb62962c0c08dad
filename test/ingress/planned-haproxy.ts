import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { wholeFiles } from "#core/routes/haproxy/files.ts";
import { planHaproxy } from "#core/routes/haproxy/make-plan.ts";
import type { HaproxyPlaces, HaproxyPlan, PlanHaproxy } from "#core/routes/haproxy/plan.ts";
import type { RouteTable } from "#core/routes/route-table.ts";
import { eventually } from "../harness/eventually.ts";
import { heldUntilInterrupted } from "../harness/interruption.ts";

/** A HAProxy that serves a table by its plan alone. */
export interface PlannedHaproxy extends AsyncDisposable {
  readonly plan: HaproxyPlan;
  /** What its runtime socket answers. */
  readonly tell: (command: string) => Promise<string>;
  /** The lines of its access log so far. */
  readonly log: () => readonly string[];
}

const program = "/usr/sbin/haproxy";

/** Its first listener must be HTTP: it is waited for. */
export async function servePlan(
  table: RouteTable,
  more: Partial<HaproxyPlaces> = {},
  planner: PlanHaproxy = planHaproxy,
): Promise<PlannedHaproxy> {
  await using unlessDone = new AsyncDisposableStack();
  const folder = await mkdtemp(`${tmpdir()}/portolan-plan-`);
  unlessDone.defer(() => rm(folder, { recursive: true }));
  const runtimeSocket = `${folder}/runtime.sock`;
  const places: HaproxyPlaces = {
    ...{ folder, runtimeSocket, threads: 1, detours: new Map(), addresses: ["127.0.0.1"], accessLog: "stdout" },
    ...more,
  };
  const plan = planner(table, places);
  for (const [name, text] of wholeFiles(plan)) await writeFile(`${folder}/${name}`, text);
  const haproxy = spawn(program, ["-db", "-f", "haproxy.cfg"], { cwd: folder, stdio: ["ignore", "pipe", "inherit"] });
  let logged = "";
  haproxy.stdout.on("data", (piece) => {
    logged += piece;
  });
  const log = () => logged.split("\n").filter((line) => line.startsWith("{"));
  unlessDone.defer(() => void haproxy.kill("SIGKILL"));
  const tell = (command: string) => said(connect(runtimeSocket), `${command}\n`);
  await eventually("HAProxy to answer", () => tell("show info"), { seconds: 10 });
  const owned = heldUntilInterrupted(unlessDone.move());
  return { plan, tell, log, [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose]() };
}

/** What comes back until the other side closes. */
export function said(socket: ReturnType<typeof connect>, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let heard = "";
    socket.setEncoding("latin1");
    socket.on("data", (piece) => {
      heard += piece;
    });
    socket.on("error", reject);
    socket.on("close", () => resolve(heard));
    socket.write(Buffer.from(text, "latin1"));
  });
}
