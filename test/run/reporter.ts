import { writeSync } from "node:fs";
import type { TestEvent } from "node:test/reporters";
import { inspect } from "node:util";

const resultsFile = 3;

/** How one test ended, as the runner reads it: a line of JSON. */
export interface TestResult {
  readonly outcome: "passed" | "failed" | "skipped";
  /** Names of the suites around it and its own, joined by " > ". */
  readonly name: string;
  /** Why it was left out, or what was thrown. */
  readonly why: string;
}

/**
 * For `--test-reporter`: one `TestResult` a line, to the open file 3, so that what tests print is not in between. A suite counts
 * only where it is left out as a whole.
 */
export default async function* reporter(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const trail: string[] = [];
  for await (const event of events) {
    if (event.type === "test:start") trail[event.data.nesting] = event.data.name;
    const result = resultOf(event, trail);
    if (result !== undefined) writeSync(resultsFile, `${JSON.stringify(result)}\n`);
  }
  yield "";
}

function resultOf(event: TestEvent, trail: readonly string[]): TestResult | undefined {
  if (event.type !== "test:pass" && event.type !== "test:fail") return undefined;
  const { nesting, name: own, details, skip, todo } = event.data;
  const name = [...trail.slice(0, nesting), own].join(" > ");
  const leftOut = skip ?? todo;
  if (leftOut !== undefined && leftOut !== false) {
    return { outcome: "skipped", name, why: typeof leftOut === "string" ? leftOut : "without a reason" };
  }
  if (event.type === "test:pass") return details.type === "suite" ? undefined : { outcome: "passed", name, why: "" };
  const { error } = event.data.details;
  // The suite's failure is that of a test in it, which has been told.
  if (isFailureOfChildren(error)) return undefined;
  return { outcome: "failed", name, why: inspect(error.cause ?? error) };
}

function isFailureOfChildren(error: Error): boolean {
  return "failureType" in error && error.failureType === "subtestsFailed";
}
