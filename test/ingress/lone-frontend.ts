import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import type { RuleWords } from "#core/routes/haproxy/target-rules.ts";
import { freePort } from "../harness/cluster.ts";
import { eventually } from "../harness/eventually.ts";
import { heldUntilInterrupted } from "../harness/interruption.ts";

const program = "/usr/sbin/haproxy";
/** Of tests that hold ours against the real HAProxy. */
export const withHaproxy: { readonly skip?: string } = existsSync(program) ? {} : { skip: `there is no ${program}` };

/** A real HAProxy with one frontend and no backend. */
export interface LoneFrontend extends AsyncDisposable {
  /** Sends a request's line and headers, each with its CRLF, as latin1. */
  readonly ask: (head: string) => Promise<{ readonly status: number; readonly body: string }>;
}

/** A word as haproxy.cfg takes it. Source: HAProxy's configuration manual, section 2.2. */
const quoted = (word: string): string => `'${word.replaceAll("'", `'"'"'`)}'`;

/** Starts HAProxy with these rules. */
export async function startFrontend(rules: readonly RuleWords[]): Promise<LoneFrontend> {
  await using unlessDone = new AsyncDisposableStack();
  const port = await freePort();
  const folder = await mkdtemp(`${tmpdir()}/portolan-frontend-`);
  unlessDone.defer(() => rm(folder, { recursive: true }));
  const config = `global
  expose-experimental-directives
  nbthread 1
defaults
  mode http
  timeout client 10s
  timeout server 10s
  timeout connect 10s
frontend f
  bind 127.0.0.1:${port}
  ${rules.map((words) => words.map(quoted).join(" ")).join("\n  ")}
`;
  await writeFile(`${folder}/haproxy.cfg`, config);
  const haproxy = spawn(program, ["-db", "-f", `${folder}/haproxy.cfg`], { stdio: ["ignore", "ignore", "inherit"] });
  unlessDone.defer(() => void haproxy.kill("SIGKILL"));
  const ask: LoneFrontend["ask"] = (head) => askOnce(port, `${head}Connection: close\r\n\r\n`);
  await eventually("HAProxy to answer", () => ask("GET / HTTP/1.1\r\nHost: a\r\n"), { seconds: 10 });
  const owned = heldUntilInterrupted(unlessDone.move());
  return { ask, [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose]() };
}

function askOnce(port: number, request: string): ReturnType<LoneFrontend["ask"]> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    let heard = "";
    socket.setEncoding("latin1");
    socket.on("data", (text) => {
      heard += text;
    });
    socket.on("error", reject);
    socket.on("close", () => {
      const end = heard.indexOf("\r\n\r\n");
      resolve({ status: Number(heard.slice(9, 12)), body: heard.slice(end + 4) });
    });
    socket.write(Buffer.from(request, "latin1"));
  });
}
