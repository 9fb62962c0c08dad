import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { hostname } from "node:os";
import { buffer, text } from "node:stream/consumers";
import { after, before, test } from "node:test";
import WebSocket from "ws";
import { parseArguments } from "./arguments.ts";

const { request } = process.getBuiltinModule("node:https");

const variables = { PORTOLAN_POD: "web-0", PORTOLAN_NAMESPACE: "shop", PORTOLAN_NODE: "node-1" };
let ports: Echo["ports"];
let echo: Echo;
before(async () => {
  echo = await startEcho();
  ports = echo.ports;
});
after(() => echo.stop());

interface Echo {
  readonly ports: { readonly http: number; readonly tcp: number; readonly udp: number };
  readonly process: ChildProcess;
  readonly stop: () => Promise<number | null>;
}

async function startEcho(): Promise<Echo> {
  const [http = 0, tcp = 0, udp = 0] = await Promise.all([freePort(), freePort(), freePort()]);
  const words = ["--http", `${http}`, "--tcp", `${tcp}`, `--udp=${udp}`];
  const child = spawn(process.execPath, [`${import.meta.dirname}/main.ts`, ...words], {
    env: { ...process.env, ...variables },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = await once(child.stdout, "data");
  assert.equal(`${line}`, `portolan/echo on ${hostname()}: http ${http}, tcp ${tcp}, udp ${udp}\n`);
  const stop = async (): Promise<number | null> => {
    if (child.exitCode === null) {
      child.kill("SIGTERM");
      await once(child, "exit");
    }
    return child.exitCode;
  };
  return { ports: { http, tcp, udp }, process: child, stop };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" ? (address?.port ?? 0) : 0;
}

const get = (path: string, init?: RequestInit): Promise<Response> =>
  fetch(`http://127.0.0.1:${ports.http}${path}`, init);

const greeting = `You've hit ${hostname()}\n`;
const answers: readonly { readonly path: string; readonly code?: number; readonly body: string | RegExp }[] = [
  { path: "/", body: greeting },
  { path: "/any/other/path?x=1", body: greeting },
  { path: "/constructor", body: greeting },
  { path: "/hostname", body: `${hostname()}\n` },
  { path: "/clientip", body: /^127\.0\.0\.1:\d+\n$/ },
  { path: "/echo?msg=a%20b%26c", body: "a b&c\n" },
  { path: "/echo?msg=", body: "\n" },
  { path: "/echo", body: greeting },
  { path: "/status/404", code: 404, body: "status 404\n" },
  { path: "/status/204", code: 204, body: "" },
  { path: "/status/99", code: 400, body: 'a number from 200 to 599 is wanted, not "99"\n' },
  { path: "/status/abc", code: 400, body: 'a number from 200 to 599 is wanted, not "abc"\n' },
  { path: "/delay/5", body: greeting },
  { path: "/bytes/10", body: "portolanpo" },
  { path: "/bytes/0", body: "" },
  { path: "/healthz", body: "ok\n" },
];

for (const { path, code = 200, body } of answers) {
  test(`GET ${path}`, async () => {
    const answer = await get(path);
    assert.equal(answer.status, code);
    if (typeof body === "string") assert.equal(await answer.text(), body);
    else assert.match(await answer.text(), body);
  });
}

test("/request and /headers say what arrived, in JSON", async () => {
  const answer = await get("/request?a=b", { method: "PUT", headers: { "x-colour": "blue" } });
  const { headers, ...rest } = JSON.parse(await answer.text());
  assert.equal(headers["x-colour"], "blue");
  assert.deepEqual(rest, {
    method: "PUT",
    path: "/request",
    host: `127.0.0.1:${ports.http}`,
    protocol: "HTTP/1.1",
    tls: false,
    pod: "web-0",
    namespace: "shop",
    node: "node-1",
    ip: "127.0.0.1",
  });
  assert.equal(JSON.parse(await (await get("/headers", { headers: { "x-colour": "red" } })).text())["x-colour"], "red");
});

test("/fail and /recover turn /healthz", async () => {
  assert.equal(await (await get("/fail")).text(), "failing\n");
  assert.equal((await get("/healthz")).status, 503);
  assert.equal(await (await get("/recover")).text(), "ok\n");
  assert.equal((await get("/healthz")).status, 200);
});

test("a POST body comes back as it came; without one, the greeting", async () => {
  const body = Buffer.alloc(3_000_000, "abc");
  const answer = await get("/upload", { method: "POST", body, headers: { "content-type": "x/y" } });
  assert.equal(answer.headers.get("content-type"), "x/y");
  assert.ok(body.equals(Buffer.from(await answer.arrayBuffer())));
  assert.equal(await (await get("/", { method: "POST" })).text(), greeting);
});

test("many bytes arrive in full", async () => {
  assert.equal((await (await get("/bytes/20000000")).arrayBuffer()).byteLength, 20_000_000);
});

test("a client that begins with a TLS hello is answered in TLS, on the same port", async () => {
  const asked = request({ host: "127.0.0.1", port: ports.http, path: "/request", rejectUnauthorized: false }).end();
  const [answer] = await once(asked, "response");
  const { subjectaltname } = answer.socket.getPeerCertificate();
  assert.equal(subjectaltname, `DNS:${hostname()}, DNS:localhost`);
  assert.equal(JSON.parse(await text(answer)).tls, true);
});

test("/ws gives messages back, answers pings and closes", async () => {
  const client = new WebSocket(`ws://127.0.0.1:${ports.http}/ws?x`);
  await once(client, "open");
  for (const message of ["hello", "", "x".repeat(200), "y".repeat(100_000)]) {
    client.send(message);
    const [back, isBinary] = await once(client, "message");
    assert.deepEqual([`${back}`, isBinary], [message, false]);
  }
  client.send(Buffer.from([0, 255]));
  assert.deepEqual(await once(client, "message"), [Buffer.from([0, 255]), true]);
  client.ping("are you there");
  assert.equal(`${(await once(client, "pong"))[0]}`, "are you there");
  client.close(4000, "done");
  assert.equal((await once(client, "close"))[0], 4000);
});

/** Sends bytes, says that there are no more, and gives all that comes back. */
async function speak(port: number, words: string): Promise<string> {
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  socket.end(words);
  return (await buffer(socket)).toString();
}

test("what is no WebSocket handshake and no HTTP gets an error, and the next client an answer", async () => {
  assert.match(
    await speak(ports.http, "GET /ws HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n"),
    /^HTTP\/1.1 400 /,
  );
  assert.match(await speak(ports.http, "GARBAGE\r\n\r\n"), /^HTTP\/1.1 400 /);
  assert.equal(await speak(ports.http, ""), "");
  assert.equal(await speak(ports.http, "\x16garbage"), "");
  assert.equal(await (await get("/hostname")).text(), `${hostname()}\n`);
});

test("TCP: every line comes back, and the two questions are answered", async () => {
  const said = await speak(ports.tcp, "abc\n\nhostname\nclientip\nno newline");
  assert.match(said, new RegExp(`^abc\n\n${hostname()}\n127\\.0\\.0\\.1:\\d+\nno newline$`));
  const long = `${"x".repeat(1_000_000)}\nend\n`;
  assert.equal(await speak(ports.tcp, long), long);
});

test("UDP: every datagram comes back, and the two questions are answered", async () => {
  const socket = createSocket("udp4");
  const ask = async (words: string): Promise<string> => {
    socket.send(words, ports.udp, "127.0.0.1");
    return `${(await once(socket, "message"))[0]}`;
  };
  assert.equal(await ask("two\nlines"), "two\nlines");
  assert.equal(await ask("hostname"), `${hostname()}\n`);
  assert.match(await ask("clientip\n"), /^127\.0\.0\.1:\d+\n$/);
  socket.close();
});

test("on SIGTERM open requests are finished, no new ones taken, and the code is 0", async () => {
  const leaving = await startEcho();
  const idle = connect(leaving.ports.http, "127.0.0.1");
  await once(idle, "connect");
  const slow = fetch(`http://127.0.0.1:${leaving.ports.http}/delay/300`);
  const body = slow.then((answer) => answer.text());
  // The request has arrived once a later one on a connection of its own was answered.
  await (await fetch(`http://127.0.0.1:${leaving.ports.http}/delay/50`)).text();
  leaving.process.kill("SIGTERM");
  assert.equal(await body, greeting);
  assert.equal(await leaving.stop(), 0);
  await assert.rejects(fetch(`http://127.0.0.1:${leaving.ports.http}/`));
  idle.destroy();
});

const words: readonly (readonly [words: readonly string[], declared: string, listen: unknown])[] = [
  [[], "", { kind: "listen", http: [8080], tcp: [], udp: [] }],
  [[], "80/TCP,53/UDP,443/TCP", { kind: "listen", http: [80, 443], tcp: [], udp: [53] }],
  [[], "53/UDP", { kind: "listen", http: [], tcp: [], udp: [53] }],
  [["--tcp", "1,2"], "80/TCP", { kind: "listen", http: [], tcp: [1, 2], udp: [] }],
  [["--http=80", "--http", "81"], "", { kind: "listen", http: [80, 81], tcp: [], udp: [] }],
  [["--http", "0"], "", { kind: "wrong", why: '--http takes ports from 1 to 65535, not "0"' }],
  [["--http"], "", { kind: "wrong", why: '--http takes ports from 1 to 65535, not ""' }],
  [["80"], "", { kind: "wrong", why: 'unknown argument "80"; it takes --http PORT,… --tcp PORT,… --udp PORT,…' }],
];
for (const [given, declared, listen] of words) {
  test(`arguments ${JSON.stringify(given)} with declared ports ${JSON.stringify(declared)}`, () => {
    assert.deepEqual(parseArguments(given, declared), listen);
  });
}
