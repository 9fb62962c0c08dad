import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { RotatingFile } from "#os/rotating-file.ts";
import type { AuditSink } from "#server/audit/audit-log.ts";
import { readAuditPolicy } from "#server/audit/policy-file.ts";
import type { ServerOptions } from "#server/environment.ts";
import { ClusterFault } from "./faults.ts";
import type { Settings } from "./settings.ts";

const mebibyte = 1 << 20;

/** What is audited, and where it is written; undefined where nothing is to be. Throws `AuditUnusable`. */
export async function auditOf(settings: Settings): Promise<ServerOptions["audit"]> {
  const [file, log] = [settings["audit-policy-file"], settings["audit-log-path"]];
  if (file === "" && log === "") return undefined;
  if (file === "")
    throw unusable(log, {
      what: "there is no policy that says what is audited",
      fix: "give --audit-policy-file too",
    });
  if (log === "")
    throw unusable(file, {
      what: "there is no file for the audit log",
      fix: "give --audit-log-path too; - is standard output",
    });
  const reading = await readAuditPolicy(await textOf(file));
  if (reading.kind === "refused")
    throw unusable(file, {
      what: `the audit policy can't be used: ${reading.why}`,
      fix: "correct the file; docs/audit.md has one",
    });
  return { policy: reading.policy, sink: await sinkOf(settings, log) };
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(resolve(file), "utf8");
  } catch (cause) {
    throw unusable(file, { what: "the audit policy can't be read", fix: "give a file that can be read", cause });
  }
}

/** Tries it at once, so that a folder that isn't there is told of before anything has started. */
async function sinkOf(settings: Settings, log: string): Promise<AuditSink> {
  if (log === "-") return { append: written };
  const file = new RotatingFile(resolve(log), {
    mostBytes: settings["audit-log-maxsize"] * mebibyte,
    backups: settings["audit-log-maxbackup"],
  });
  try {
    await file.append("");
  } catch (cause) {
    throw unusable(log, { what: "the audit log can't be written", fix: "give a file in a folder that exists", cause });
  }
  return file;
}

const written = (text: string): Promise<void> =>
  new Promise((done, reject) => {
    process.stdout.write(text, (fault) => (fault ? reject(fault) : done()));
  });

interface Story {
  readonly what: string;
  readonly fix: string;
  readonly cause?: unknown;
}
const unusable = (where: string, story: Story): ClusterFault => new ClusterFault("AuditUnusable", { where, ...story });
