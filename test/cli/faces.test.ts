import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { commands } from "#cli/commands.ts";
import { settingsTable } from "#cluster/settings.ts";

const portolan = join(import.meta.dirname, "../../bin/portolan");
const say = (...args: readonly string[]) => {
  const { status, stdout, stderr } = spawnSync(portolan, args, { encoding: "utf8" });
  return { code: status, stdout, stderr };
};

test("help lists every command, and each command's help its flags", () => {
  const { code, stdout } = say("help");
  assert.equal(code, 0);
  for (const { name, does } of commands) assert.match(stdout, new RegExp(`^ {2}${name} +${does}$`, "m"));
  for (const { name, options } of commands.filter(({ name }) => name !== "kubectl")) {
    const help = say(name, "--help");
    assert.equal(help.code, 0);
    for (const { flag } of options) assert.ok(help.stdout.includes(flag), `${name} ${flag}`);
    assert.equal(say("help", name).stdout, help.stdout);
  }
  for (const { name } of Object.values(settingsTable))
    assert.ok(say("up", "--help").stdout.includes(`--${name} `), name);
});

const misuses = [
  { args: ["bogus"], says: /there is no command "bogus"/ },
  { args: ["up", "--bogus"], says: /Unknown option '--bogus'/ },
  { args: ["down", "now"], says: /now/ },
  { args: ["status", "-o", "yaml"], says: /-o yaml is not known/ },
  { args: ["up", "--nodes", "0"], says: /--nodes: "0" is not / },
  {
    args: ["node", "--node-name", "Master_1"],
    says: /"Master_1" can't be a Node's name: a lowercase RFC 1123 subdomain/,
  },
  { args: ["trace"], says: /trace what\?/ },
  { args: ["trace", "ingress/web:80"], says: /an Ingress has no port/ },
  { args: ["trace", "svc/web", "--from", "me"], says: /--from me is nobody/ },
  { args: ["backup"], says: /backup into which file\?/ },
  { args: ["restore", "a", "b"], says: /restore which file\?/ },
  { args: ["completion", "tcsh"], says: /which shell/ },
];
for (const { args, says } of misuses) {
  test(`portolan ${args.join(" ")}: wrong usage, code 2`, () => {
    const { code, stdout, stderr } = say(...args);
    assert.deepEqual({ code, stdout }, { code: 2, stdout: "" });
    assert.match(stderr, says);
    assert.doesNotMatch(stderr, /\n +at /);
  });
}

test("--debug shows where in the program an error comes from", () => {
  assert.match(say("status", "-o", "yaml", "--debug").stderr, /\n +at /);
});

for (const shell of ["bash", "zsh", "fish"]) {
  test(`the completion of ${shell} names every command, and the shell can read it`, (t) => {
    const { code, stdout } = say("completion", shell);
    assert.equal(code, 0);
    for (const { name } of commands) assert.match(stdout, new RegExp(`\\b${name}\\b`));
    const read = spawnSync(shell, ["-n"], { input: stdout, encoding: "utf8" });
    if (read.error !== undefined) return t.skip(`no ${shell} here`);
    assert.deepEqual({ code: read.status, stderr: read.stderr }, { code: 0, stderr: "" });
  });
}

test("bash completes commands and their flags", (t) => {
  const script = `${say("completion", "bash").stdout}
    COMP_WORDS=(portolan st); COMP_CWORD=1; _portolan; echo "\${COMPREPLY[@]}"
    COMP_WORDS=(portolan up --api); COMP_CWORD=2; _portolan; echo "\${COMPREPLY[@]}"`;
  const { stdout, error } = spawnSync("bash", ["--norc", "-c", script], { encoding: "utf8" });
  if (error !== undefined) return t.skip("no bash here");
  assert.equal(stdout, "status\n--api-port --api-audiences\n");
});

test("version tells the program's, the API's and Node's", () => {
  assert.match(say("version").stdout, /^portolan v\d+\.\d+\.\d+, Kubernetes API v1\.36\.0, Node\.js v26\./);
  assert.deepEqual(Object.keys(JSON.parse(say("version", "-o", "json").stdout)), ["portolan", "kubernetes", "node"]);
});
