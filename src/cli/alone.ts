import { isDenial } from "#client/rights.ts";
import type { Failure } from "#daemons/loop.ts";

/** What a program that runs alone tells on stderr while it runs. */
export function tellingAs(program: string) {
  const say = (line: string) => void process.stderr.write(`portolan ${program}: ${line}\n`);
  return {
    /** A right that is missing is told by itself, once. */
    failed({ loop, key, fault, failures }: Failure) {
      if (!isDenial(fault)) say(`${loop} ${key} (${failures} in a row): ${messageOf(fault)}`);
    },
    lacks: say,
  };
}

const messageOf = (fault: unknown): string => (fault instanceof Error ? fault.message : String(fault));
