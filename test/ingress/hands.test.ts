import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { ConfigurationRefused } from "#os/haproxy/check.ts";
import { type Haproxy, openHaproxy } from "#os/haproxy/haproxy.ts";
import { findHaproxy, HaproxyUnfit } from "#os/haproxy/program.ts";
import { runtimeCommand, withPayload } from "#os/haproxy/runtime-words.ts";
import { signalPid } from "#os/processes.ts";
import { findProgram } from "../harness/programs.ts";

const path = findProgram("haproxy", "haproxy");
const skip = path === undefined ? "no haproxy on this machine" : false;

async function hands(folder: string, died: () => void = () => {}): Promise<Haproxy> {
  return openHaproxy({
    program: await findHaproxy(path),
    folder,
    runtimeSocket: join(folder, "runtime.sock"),
    output: "ignore",
    patienceSeconds: 1,
    died,
    cut: () => {},
  });
}

const files = (folder: string, more = "") =>
  new Map([
    [
      "haproxy.cfg",
      `global
  stats socket unix@${folder}/runtime.sock mode 600 level admin expose-fd listeners
defaults
  mode http
  timeout connect 1s
  timeout client 10s
  timeout server 10s
frontend f
  bind unix@${folder}/http.sock
  http-request return status 200 content-type text/plain lf-string %[path,map(paths.map,none)]
${more}`,
    ],
    ["paths.map", "/a one\n"],
  ]);

async function scratch(): Promise<AsyncDisposable & { readonly folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), "portolan-haproxy-"));
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
}

test("a HAProxy that isn't there is told of, and how to get one", async () => {
  await assert.rejects(
    findHaproxy("/nowhere/haproxy"),
    (fault) => fault instanceof HaproxyUnfit && /install/.test(fault.fix),
  );
  await assert.rejects(findHaproxy("/bin/true"), HaproxyUnfit);
});

test("commands come back in order, whatever stands in them", { skip }, async () => {
  await using place = await scratch();
  const haproxy = await hands(place.folder);
  try {
    await haproxy.load(files(place.folder));
    const odd = "a b;c\\d\"e'f <<";
    const answers = await haproxy.ask([
      runtimeCommand("add", "map", "paths.map", "/odd", odd),
      runtimeCommand("show", "map", "paths.map"),
      withPayload("add map paths.map", "/p1 x\n\n/p2 y y\n"),
      "show map paths.map",
      runtimeCommand("set", "map", "paths.map", "/none", "x"),
    ]);
    const lines = (answer = "") => answer.split("\n").map((line) => line.replace(/^0x\w+ /, ""));
    assert.deepEqual(lines(answers[1]), ["/a one", `/odd ${odd}`]);
    assert.deepEqual(lines(answers[3]), ["/a one", `/odd ${odd}`, "/p1 x", "/p2 y y"]);
    assert.equal(answers[4], "entry not found.");
  } finally {
    await haproxy.stop(1);
  }
});

test("files are their owner's alone, and a refused set leaves nothing behind", { skip }, async () => {
  await using place = await scratch();
  const folder = join(place.folder, "own");
  const haproxy = await hands(folder);
  try {
    await haproxy.load(files(folder));
    await assert.rejects(haproxy.load(files(folder, "  acl bad\n")), (fault) => {
      assert.ok(fault instanceof ConfigurationRefused);
      assert.match(fault.message, /haproxy\.cfg:11.*ACL/);
      return true;
    });
    assert.deepEqual((await readdir(folder)).toSorted(), [
      "generation-1",
      "good",
      "http.sock",
      "runtime.sock",
      "workers",
    ]);
    assert.equal((await stat(folder)).mode & 0o777, 0o700);
    assert.equal((await stat(join(folder, "good/paths.map"))).mode & 0o777, 0o600);
    assert.equal(haproxy.isServing(), true);
  } finally {
    await haproxy.stop(1);
  }
  assert.equal(haproxy.alive(), 0);
});

test("what was served last is served where a start is refused, with what commands have made of it", {
  skip,
}, async () => {
  await using place = await scratch();
  const first = await hands(place.folder);
  await first.load(files(place.folder));
  await first.remember(new Map([...files(place.folder), ["paths.map", "/a two\n"]]));
  await first.stop(1);
  const second = await hands(place.folder);
  try {
    assert.equal(second.isServing(), false);
    await assert.rejects(second.load(files(place.folder, "  nonsense\n")), ConfigurationRefused);
    assert.equal(await second.loadLastGood(), true);
    assert.match((await second.ask(["show map paths.map"]))[0] ?? "", /\/a two$/);
  } finally {
    await second.stop(1);
  }
});

test("a worker that is left by a killed run serves on, until the next run's takes over", { skip }, async () => {
  await using place = await scratch();
  const killed = await hands(place.folder);
  await killed.load(files(place.folder));
  // As a killed process: nobody hears of it any more, and its worker isn't told.
  const next = await hands(place.folder);
  assert.equal(next.isServing(), true);
  await next.load(files(place.folder));
  const [pid] = (await readFile(join(place.folder, "workers"), "utf8")).split("\n").at(-2)?.split(" ") ?? [];
  assert.match((await next.ask(["show info"]))[0] ?? "", new RegExp(`^Pid: ${pid}$`, "m"));
  await next.stop(1);
  assert.equal(next.alive(), 0);
});

test("a worker that dies is told of", { skip }, async () => {
  await using place = await scratch();
  const died = Promise.withResolvers<void>();
  const haproxy = await hands(place.folder, () => died.resolve());
  await haproxy.load(files(place.folder));
  const [info = ""] = await haproxy.ask(["show info"]);
  signalPid(Number(/^Pid: (\d+)$/m.exec(info)?.[1]), "SIGKILL");
  await died.promise;
  assert.equal(haproxy.isServing(), false);
  await haproxy.load(files(place.folder));
  await haproxy.stop(1);
});
