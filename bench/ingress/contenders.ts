import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { wholeFiles } from "#core/routes/haproxy/files.ts";
import { planHaproxy } from "#core/routes/haproxy/make-plan.ts";
import { eventually } from "../../test/harness/eventually.ts";
import { findProgram } from "../../test/harness/programs.ts";
import { benchTable } from "./table.ts";

/** Who asks, and who is asked in the end, share a core; the proxy has the other. */
export const askingCore = "0";
const servingCore = "1";

export interface Contender {
  readonly name: string;
  readonly start: (folder: string, ports: Ports) => ChildProcess;
}
export interface Ports {
  readonly listen: number;
  readonly backend: number;
}

/** Those that this machine can run: ours is compared with the others of the same run. */
export function contenders(): readonly Contender[] {
  const haproxy = findProgram("haproxy", "haproxy");
  const nginx = findProgram("nginx", "nginx");
  const all: (Contender | undefined)[] = [
    haproxy === undefined ? undefined : { name: "ours on HAProxy", start: startPlanned(haproxy) },
    haproxy === undefined ? undefined : { name: "plain HAProxy", start: startPlain(haproxy, []) },
    haproxy === undefined ? undefined : { name: "HAProxy with log", start: startPlain(haproxy, usual) },
    nginx === undefined ? undefined : { name: "nginx", start: startNginx(nginx) },
    { name: "ours embedded", start: startNode("embedded") },
    { name: "http and undici", start: startNode("undici") },
  ];
  return all.filter((one) => one !== undefined);
}

const pinned = (core: string, command: readonly string[], cwd: string): ChildProcess =>
  spawn("taskset", ["-c", core, ...command], { cwd, stdio: ["ignore", "ignore", "inherit"] });

const startPlanned =
  (haproxy: string): Contender["start"] =>
  (folder, { listen, backend }) => {
    const runtimeSocket = join(folder, "runtime.sock");
    const fixed = { threads: 1, detours: new Map(), addresses: ["127.0.0.1"], accessLog: "stdout" } as const;
    const plan = planHaproxy(benchTable(listen, backend), { folder, runtimeSocket, ...fixed });
    for (const [name, text] of wholeFiles(plan)) writeFileSync(join(folder, name), text);
    return pinned(servingCore, [haproxy, "-db", "-f", "haproxy.cfg"], folder);
  };

/** What one seldom does without: an access log, and the client's address for the backend. */
const usual = ["log stdout format raw local0", "option httplog", "option forwardfor"];

/** One route, and nothing else that an ingress controller adds. */
const startPlain =
  (haproxy: string, more: readonly string[]): Contender["start"] =>
  (folder, { listen, backend }) => {
    const config = `global
  nbthread 1
defaults
  mode http
  timeout client 60s
  timeout server 60s
  timeout connect 5s
${more.map((line) => `  ${line}\n`).join("")}frontend in
  bind 127.0.0.1:${listen}
  default_backend out
backend out
  http-reuse safe
  server one 127.0.0.1:${backend}
`;
    writeFileSync(join(folder, "plain.cfg"), config);
    return pinned(servingCore, [haproxy, "-db", "-f", "plain.cfg"], folder);
  };

const startNginx =
  (nginx: string): Contender["start"] =>
  (folder, { listen, backend }) =>
    startConfigured(nginx, folder, {
      name: "proxy",
      core: servingCore,
      server: `upstream out { server 127.0.0.1:${backend}; keepalive 64; }
  server {
    listen 127.0.0.1:${listen};
    location / { proxy_pass http://out; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $host; }
  }`,
    });

/** 64 bytes for whoever asks; undefined where nginx isn't there. */
export function startBackend(folder: string, port: number): ChildProcess | undefined {
  const nginx = findProgram("nginx", "nginx");
  if (nginx === undefined) return undefined;
  const server = `server { listen 127.0.0.1:${port}; location / { return 200 "${"x".repeat(63)}\\n"; } }`;
  return startConfigured(nginx, folder, { name: "backend", core: askingCore, server });
}

interface Configured {
  readonly name: string;
  readonly core: string;
  readonly server: string;
}

/** One process of nginx that leaves nothing outside the folder. */
function startConfigured(nginx: string, folder: string, { name, core, server }: Configured): ChildProcess {
  const own = join(folder, name);
  mkdirSync(own, { recursive: true });
  const places = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((one) => `${one}_temp_path ${own}/${one};`);
  const config = `daemon off; master_process off; pid ${own}/pid; error_log ${own}/error.log;
events { worker_connections 4096; }
http {
  access_log off; keepalive_requests 1000000; ${places.join(" ")}
  ${server}
}
`;
  writeFileSync(join(own, "nginx.conf"), config);
  return pinned(core, [nginx, "-p", own, "-e", `${own}/error.log`, "-c", `${own}/nginx.conf`], folder);
}

const startNode =
  (kind: string): Contender["start"] =>
  (folder, { listen, backend }) => {
    const script = join(import.meta.dirname, "server.ts");
    return pinned(servingCore, [process.execPath, script, kind, String(listen), String(backend)], folder);
  };

/** Somebody takes connections there. */
export const listens = (port: number): Promise<unknown> =>
  eventually(`a listener at port ${port}`, () => isOpen(port), { seconds: 20 });

function isOpen(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  return new Promise<boolean>((resolve) => {
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
  }).finally(() => socket.destroy());
}
