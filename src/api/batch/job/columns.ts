import { showDuration } from "#machinery/age.ts";
import { ageColumn, nameColumn } from "#machinery/columns.ts";
import type { Column } from "#machinery/kind.ts";
import { readTime } from "#machinery/time.ts";
import { containerColumns, selectorColumn } from "../../core/pod/template-columns.ts";
import type { ObjectMeta } from "../../meta/object-meta.ts";
import { showSelector } from "../../meta/show-selector.ts";
import type { JobSpec, JobStatus } from "./spec.ts";

interface Row {
  readonly metadata: ObjectMeta;
  readonly spec: JobSpec;
  readonly status: JobStatus;
}

/** Source: printJob in pkg/printers/internalversion/printers.go. */
export const jobColumns: readonly Column<Row>[] = [
  nameColumn,
  { name: "Status", type: "string", cell: statusWord, doc: "Whether it runs, waits or has ended." },
  { name: "Completions", type: "string", cell: completions, doc: "Pods that have done their work, of those wanted." },
  { name: "Duration", type: "string", cell: duration, doc: "How long it took, or has taken so far." },
  ageColumn,
  ...containerColumns(({ spec }: Row) => spec.template),
  selectorColumn(({ spec }) => showSelector(spec.selector ?? {})),
];

function statusWord({ metadata, status: { conditions = [] } }: Row): string {
  const holds = (type: string): boolean => conditions.some((one) => one.type === type && one.status === "True");
  if (holds("Complete")) return "Complete";
  if (holds("Failed")) return "Failed";
  if (metadata.deletionTimestamp !== undefined) return "Terminating";
  return ["Suspended", "FailureTarget", "SuccessCriteriaMet"].find(holds) ?? "Running";
}

function completions({ spec: { completions: wanted, parallelism = 0 }, status: { succeeded = 0 } }: Row): string {
  if (wanted !== undefined) return `${succeeded}/${wanted}`;
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

function duration({ status: { startTime, completionTime } }: Row, now: number): string {
  if (startTime === undefined) return "";
  return showDuration((completionTime === undefined ? now : readTime(completionTime)) - readTime(startTime));
}
