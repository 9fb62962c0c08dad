import type { AuditPolicy } from "#api/audit/policy.ts";
import type { Registry } from "#metrics/registry.ts";
import { limits } from "../limits.ts";

/** Where lines are kept. One call at a time. */
export interface AuditSink {
  readonly append: (text: string) => Promise<void>;
}

/** What is audited, and where that is kept. */
export interface AuditOptions {
  readonly policy: AuditPolicy;
  readonly sink: AuditSink;
}

/** The same at work. */
export interface AuditParts {
  readonly policy: AuditPolicy;
  readonly log: AuditLog;
}

/** undefined: nothing is audited. */
export const auditParts = (
  asked: AuditOptions | undefined,
  registry: Registry,
  report: (fault: unknown) => void,
): AuditParts | undefined => asked && { policy: asked.policy, log: new AuditLog(asked.sink, registry, report) };

/** Writes what is audited, some lines at once, and lets nobody wait for it. */
class AuditLog {
  readonly #sink: AuditSink;
  readonly #report: (fault: unknown) => void;
  readonly #written;
  readonly #lost;
  #lines: string[] = [];
  #waiting = 0;
  #writing: Promise<void> | undefined;
  #isBroken = false;

  constructor(sink: AuditSink, registry: Registry, report: (fault: unknown) => void) {
    this.#sink = sink;
    this.#report = report;
    const counter = (name: string, help: string) => registry.counter({ name, help, labels: [] }).at({});
    this.#written = counter("apiserver_audit_event_total", "Events that were written to the audit log.");
    this.#lost = counter(
      "apiserver_audit_error_total",
      "Events that could not be written to the audit log, and are lost.",
    );
  }

  /** What can't be held until it is written is lost, and counted. */
  add(event: unknown): void {
    const line = `${JSON.stringify(event)}\n`;
    if (this.#waiting + line.length > limits.waitingAuditCharacters) {
      this.#lost.add();
      return;
    }
    this.#lines.push(line);
    this.#waiting += line.length;
    this.#writing ??= this.#write();
  }

  /** Resolves when everything so far is written, or lost. */
  async flushed(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
  }

  async #write(): Promise<void> {
    // What comes in the same turn of the event loop is written with it.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#lines.length > 0) {
      const lines = this.#lines;
      this.#lines = [];
      const [written] = await Promise.allSettled([this.#sink.append(lines.join(""))]);
      this.#waiting -= lines.reduce((sum, { length }) => sum + length, 0);
      const hasFailed = written.status === "rejected";
      (hasFailed ? this.#lost : this.#written).add(lines.length);
      if (hasFailed && !this.#isBroken) this.#report(new AuditUnwritable(written.reason));
      this.#isBroken = hasFailed;
    }
    this.#writing = undefined;
  }
}

/** The audit log can't be written to: told once, until it can be again. */
class AuditUnwritable extends Error {
  readonly code = "AuditUnwritable";
  readonly where = "--audit-log-path";
  readonly fix =
    "make room where the audit log is, or name another file; requests go on, and what they do is not written down";
  constructor(cause: unknown) {
    super(`the audit log can't be written: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}
