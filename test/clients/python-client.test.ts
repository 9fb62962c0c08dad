/** The client that Kubernetes has for Python, as Debian brings it, over TLS. */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { run } from "#os/spawn.ts";
import { unpackedPackage } from "../harness/programs.ts";
import { listening } from "../server/listening.ts";
import { kubeconfigFor } from "./client.ts";

/** Debian's own: its packages are made for it. */
const python = "/usr/bin/python3";
const unpacked = unpackedPackage("python3-kubernetes");
const skip =
  unpacked === undefined || !existsSync(python) ? "needs Debian's python3 and its python3-kubernetes" : false;

const seen = `
made one True
listed ['one']
replaced {'turn': '2'}
stale 409 Conflict
twice 409 Conflict
absent 404 Not Found
patched [('more', '3'), ('turn', '2')]
patched by json {'turn': '2'}
in pieces ['one', 'two']
deleted Success
watched ['MODIFIED one', 'MODIFIED one', 'MODIFIED one', 'ADDED two', 'DELETED one']
dynamic 1
dynamic patch 3
applied Apply
put back 2
dynamic delete Success
`;

test("a program in Python lists, watches, changes and applies objects", { skip }, async () => {
  await using server = await listening();
  const folder = mkdtempSync(join(tmpdir(), "ptl-python-"));
  try {
    const kubeconfig = join(folder, "kubeconfig");
    writeFileSync(kubeconfig, kubeconfigFor(server, server.port));
    // What the dynamic client finds out about the server it keeps in the temporary folder.
    const env = ["env", `PYTHONPATH=${unpacked}/usr/lib/python3/dist-packages`, `TMPDIR=${folder}`] as const;
    const program = join(import.meta.dirname, "python-client.py");
    const { stdout } = await run([...env, python, "-S", program, kubeconfig]);
    assert.equal(stdout.trim(), seen.trim());
  } finally {
    rmSync(folder, { recursive: true });
  }
});
