import { settingsTable } from "#cluster/settings.ts";
import type { Command } from "./command.ts";
import { UsageFault } from "./usage.ts";

/** Completes commands and their flags; the lists are those of the help. */
export async function completion(args: readonly string[], commands: readonly Command[]): Promise<number> {
  const script = scripts[args[0] ?? ""];
  if (script === undefined || args.length !== 1)
    throw new UsageFault("completion of which shell?", "portolan completion bash, zsh or fish");
  process.stdout.write(script(commands));
  return 0;
}

const names = (commands: readonly Command[]): string => commands.map(({ name }) => name).join(" ");
const flagsOf = ({ options, takesSettings }: Command): string =>
  [
    ...options.map(({ flag }) => flag.split(" ")[0] ?? ""),
    ...(takesSettings ? Object.keys(settingsTable).map((name) => `--${name}`) : []),
  ].join(" ");

const bash = (commands: readonly Command[]): string => `_portolan() {
  local word=\${COMP_WORDS[COMP_CWORD]}
  if [ "$COMP_CWORD" -eq 1 ]; then COMPREPLY=($(compgen -W "${names(commands)}" -- "$word")); return; fi
  case \${COMP_WORDS[1]} in
${commands.map((command) => `    ${command.name}) COMPREPLY=($(compgen -W "${flagsOf(command)}" -- "$word") $(compgen -f -- "$word")) ;;`).join("\n")}
  esac
}
complete -F _portolan portolan
`;

const scripts: Readonly<Record<string, (commands: readonly Command[]) => string>> = {
  bash,
  zsh: (commands) => `autoload -U +X bashcompinit && bashcompinit\n${bash(commands)}`,
  fish: (commands) =>
    commands
      .flatMap((command) => [
        `complete -c portolan -n __fish_use_subcommand -f -a ${command.name} -d '${command.does.replaceAll("'", "\\'")}'`,
        `complete -c portolan -n '__fish_seen_subcommand_from ${command.name}' -a '${flagsOf(command)}'`,
      ])
      .map((line) => `${line}\n`)
      .join(""),
};
