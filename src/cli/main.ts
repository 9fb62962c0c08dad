import { commandNamed, commands } from "./commands.ts";
import { showCommandHelp, showHelp } from "./help.ts";
import { tellFault, UsageFault } from "./usage.ts";

/** Exit codes: 0 done, 1 failed, 2 wrong usage. */
async function main(args: readonly string[]): Promise<number> {
  const [name = "help", ...rest] = args;
  const wantsHelp = rest.includes("--help") && name !== "kubectl";
  if (name === "help" || name === "--help" || name === "-h") {
    const about = rest[0] === undefined ? undefined : commandNamed(rest[0]);
    process.stdout.write(about === undefined ? showHelp(commands) : showCommandHelp(about));
    return 0;
  }
  const command = commandNamed(name === "--version" ? "version" : name);
  if (command === undefined) throw new UsageFault(`there is no command ${JSON.stringify(name)}`, "see `portolan help`");
  if (wantsHelp) {
    process.stdout.write(showCommandHelp(command));
    return 0;
  }
  return (await command.load())(rest);
}

async function codeOf(args: readonly string[]): Promise<number> {
  try {
    return await main(args);
  } catch (fault) {
    return tellFault(fault, args.includes("--debug"));
  }
}

// What is still under way then, such as a request of an interrupted `up`, is of no interest any more.
process.exit(await codeOf(process.argv.slice(2)));
