import { createHash } from "node:crypto";
import type { ObjectReference } from "#api/core/references.ts";
import type { EventRecorder } from "#client/events.ts";
import type { Finding, Origin } from "#core/routes/route-table.ts";

/** Whom a finding is about. */
export interface Subject {
  readonly reference: ObjectReference;
  /** 0 for kinds that count none. */
  readonly generation: number;
}

/** Tells findings as events of their objects: each once, until the object is changed by its author. */
export class ToldFindings {
  readonly #recorder: EventRecorder;
  readonly #subjectOf: (origin: Origin) => Subject | undefined;
  /** By what they were told for. */
  readonly #told = new Map<string, ReadonlySet<string>>();

  /** `subjectOf`: undefined for an object that is gone. */
  constructor(recorder: EventRecorder, subjectOf: (origin: Origin) => Subject | undefined) {
    this.#recorder = recorder;
    this.#subjectOf = subjectOf;
  }

  /** All that are true of one thing now. */
  tell(of: string, findings: readonly Finding[]): void {
    const before = this.#told.get(of);
    const now = new Set<string>();
    for (const finding of findings) {
      const subject = this.#subjectOf(finding.origin);
      if (subject === undefined) continue;
      const once = digestOf(finding, subject);
      if (!now.has(once) && before?.has(once) !== true)
        this.#recorder.record(subject.reference, finding.weight === "refused" ? "Warning" : "Normal", {
          reason: finding.because,
          message: messageOf(finding),
          once,
        });
      now.add(once);
    }
    if (now.size === 0) this.#told.delete(of);
    else this.#told.set(of, now);
  }
}

const messageOf = ({ origin, message }: Finding): string =>
  message.includes(origin.field) ? message : `${origin.field}: ${message}`;

const digestOf = ({ origin, because, message }: Finding, { reference, generation }: Subject): string =>
  createHash("sha256")
    .update([reference.uid, generation, origin.field, because, message].join("\0"))
    .digest("hex")
    .slice(0, 16);
