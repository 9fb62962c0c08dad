/** A command line that can't be understood. */
export class UsageFault extends Error {
  readonly code = "Usage";
  readonly fix: string;
  constructor(what: string, fix: string) {
    super(what);
    this.fix = fix;
  }
}

/** Says what, where and how to mend it, on stderr; the stack only for `--debug`. Returns the exit code. */
export function tellFault(fault: unknown, debug: boolean): number {
  const message = fault instanceof Error ? fault.message : String(fault);
  const lines = [`portolan: ${message}`];
  const where = textOf(fault, "where");
  const fix = textOf(fault, "fix");
  if (where !== undefined && !message.includes(where)) lines.push(`  where: ${where}`);
  if (fix !== undefined) lines.push(`  fix:   ${fix}`);
  if (debug && fault instanceof Error) lines.push(fault.stack ?? "");
  process.stderr.write(`${lines.join("\n")}\n`);
  return textOf(fault, "code") === "Usage" || textOf(fault, "code") === "SettingInvalid" ? 2 : 1;
}

const textOf = (fault: unknown, name: string): string | undefined => {
  const value = typeof fault === "object" && fault !== null ? Reflect.get(fault, name) : undefined;
  return typeof value === "string" && value !== "" ? value : undefined;
};
