import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { after, before, test } from "node:test";
import { targetRules } from "#core/routes/haproxy/target-rules.ts";
import { normalHost, normalTarget } from "#core/routes/request-target.ts";
import { hostSpecimens, targetSpecimens } from "#core/routes/target-specimens.ts";
import { freePort } from "../harness/cluster.ts";
import { eventually } from "../harness/eventually.ts";
import { seeded } from "../harness/seeded.ts";

const program = "/usr/sbin/haproxy";
const withHaproxy = existsSync(program) ? {} : { skip: `there is no ${program}` };

let port = 0;
let folder = "";
let haproxy: ChildProcess | undefined;

/** A word as haproxy.cfg takes it, whatever is in it. Source: HAProxy's configuration manual, section 2.2. */
const quoted = (word: string): string => (/^[\w:!{}()%[\],./-]+$/.test(word) ? word : `'${word}'`);

before(async () => {
  if (withHaproxy.skip !== undefined) return;
  port = await freePort();
  folder = await mkdtemp(`${tmpdir()}/portolan-target-`);
  const answer = "http-request return status 200 content-type text/plain lf-string '%[path] %[query] %[var(txn.host)]'";
  const config = `global
  expose-experimental-directives
defaults
  mode http
  timeout client 10s
  timeout server 10s
  timeout connect 10s
frontend f
  bind 127.0.0.1:${port}
  ${targetRules.map((words) => words.map(quoted).join(" ")).join("\n  ")}
  ${answer}
`;
  await writeFile(`${folder}/haproxy.cfg`, config);
  haproxy = spawn(program, ["-db", "-f", `${folder}/haproxy.cfg`], { stdio: ["ignore", "ignore", "inherit"] });
  await eventually("HAProxy to answer", () => ask("/", "a").then(() => true), { seconds: 10 });
});

after(async () => {
  haproxy?.kill("SIGKILL");
  if (folder !== "") await rm(folder, { recursive: true });
});

/** What HAProxy makes of it: `PATH QUERY HOST`, or `400`. */
function ask(target: string, host: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    let heard = "";
    socket.setEncoding("latin1");
    socket.on("data", (text) => {
      heard += text;
    });
    socket.on("error", reject);
    socket.on("close", () => {
      const status = heard.slice(9, 12);
      const end = heard.indexOf("\r\n\r\n");
      resolve(status === "200" ? heard.slice(end + 4) : status);
    });
    socket.write(Buffer.from(`GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`, "latin1"));
  });
}

function ours(rawTarget: string, rawHost: string): string {
  const target = normalTarget(rawTarget);
  const host = normalHost(rawHost);
  return target.kind === "refused" || host === undefined ? "400" : `${target.path} ${target.query ?? ""} ${host}`;
}

test("HAProxy reads every specimen of a target as we do", withHaproxy, async () => {
  for (const [target] of targetSpecimens) {
    assert.equal(await ask(target, "a"), ours(target, "a"), JSON.stringify(target));
  }
});

test("HAProxy reads every specimen of a host as we do", withHaproxy, async () => {
  for (const [host] of hostSpecimens) assert.equal(await ask("/", host), ours("/", host), JSON.stringify(host));
});

test("HAProxy reads 3,000 random targets and hosts as we do", withHaproxy, async () => {
  const random = seeded(2611);
  const pick = (from: readonly string[]): string => from[Math.floor(random() * from.length)] ?? "";
  const pieces = [
    "/",
    "/",
    ".",
    "..",
    "a",
    "B",
    "%2e",
    "%2E",
    "%41",
    "%2f",
    "%c3",
    "%",
    "%0",
    ";",
    "?",
    "\\",
    "%5c",
    "~",
    "*",
    '"',
    "{",
    "%25",
    "\xff",
    "#",
    "x1",
    "=",
    "&",
    "//",
    "/../",
    "/./",
  ];
  const hostPieces = ["a", "B", ".", "-", "_", ":80", ":", "[::1]", "example", "9", "@"];
  const made = (from: readonly string[], length: number): string =>
    Array.from({ length: Math.floor(random() * length) }, () => pick(from)).join("");
  for (let round = 0; round < 3000; round++) {
    const target = `/${made(pieces, 9)}`;
    const host = random() < 0.7 ? "a.example" : made(hostPieces, 5);
    assert.equal(await ask(target, host), ours(target, host), JSON.stringify([target, host]));
  }
});
