import type { HaproxyStep } from "#core/routes/haproxy/plan.ts";
import type { Haproxy } from "#os/haproxy/haproxy.ts";
import { type Command, commandsOf, type Dialogue, readyAgain, relistingOf, replacementOf } from "./commands.ts";
import type { Retirements } from "./retirements.ts";

/** HAProxy does not do one thing that it was told at run time; a reload brings it instead. */
export class StepRefused extends Error {
  readonly code = "StepRefused";
  readonly where: string;
  readonly fix = "nothing: HAProxy is reloaded with all that it is to serve";
  constructor(command: string, answer: string) {
    super(`HAProxy answers ${JSON.stringify(answer.slice(0, 300))}`);
    this.where = command.split("\n", 1)[0]?.slice(0, 300) ?? "";
  }
}

/** Has a running HAProxy carry out steps. Rejects with `StepRefused`, `Untellable` or `RuntimeSocketLost`, with some of them done. */
export async function carryOut(
  haproxy: Pick<Haproxy, "ask">,
  steps: readonly HaproxyStep[],
  retirements: Retirements,
): Promise<void> {
  let waiting: Command[] = [];
  for (const [index, step] of steps.entries()) {
    if (isRelisted(step, steps[index + 1])) continue;
    const dialogue = dialogueOf(step, steps[index - 1]);
    if (dialogue !== undefined) {
      const answers = await demand(haproxy, [...waiting, dialogue.first]);
      waiting = [...dialogue.follow(answers.at(-1) ?? "")];
    } else waiting.push(...plainCommands(step, retirements));
  }
  await demand(haproxy, waiting);
  for (const step of steps) if (step.kind === "retireServer") retirements.add(step.section, step.server);
}

function dialogueOf(step: HaproxyStep, before: HaproxyStep | undefined): Dialogue | undefined {
  if (step.kind === "replaceMap") return replacementOf(step);
  return step.kind === "addCertificate" && before !== undefined && isRelisted(before, step)
    ? relistingOf(step)
    : undefined;
}

/** Whether a certificate goes only to come again. */
const isRelisted = (step: HaproxyStep, next: HaproxyStep | undefined): boolean =>
  step.kind === "removeCertificate" && next?.kind === "addCertificate" && next.file === step.file;

function plainCommands(step: HaproxyStep, retirements: Retirements): readonly Command[] {
  if (step.kind === "replaceMap") return [];
  return step.kind === "addServer" && retirements.takeBack(step.section, step.server)
    ? readyAgain(step.section, step.server)
    : commandsOf(step);
}

async function demand(haproxy: Pick<Haproxy, "ask">, commands: readonly Command[]): Promise<readonly string[]> {
  const answers = await haproxy.ask(commands.map(({ text }) => text));
  for (const [index, { text, done }] of commands.entries()) {
    const answer = answers[index] ?? "";
    if (!done.test(answer)) throw new StepRefused(text, answer);
  }
  return answers;
}
