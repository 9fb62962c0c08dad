import { connect, type Socket } from "node:net";

/** HAProxy's runtime socket could not be reached, or closed before it had answered. */
export class RuntimeSocketLost extends Error {
  readonly code = "RuntimeSocketLost";
  readonly where: string;
  readonly fix = "HAProxy has ended or is being replaced; its own messages say why";
  constructor(path: string, why: string, options?: { readonly cause: unknown }) {
    super(`the runtime socket of HAProxy ${why}`, options);
    this.where = path;
  }
}

/** A lasting connection to one worker of HAProxy. */
export interface RuntimeSocket {
  /**
   * Sends commands (`runtimeCommand`, `withPayload`) at once, and gives each one's answer without the empty lines around it. Rejects with
   * `RuntimeSocketLost`.
   */
  readonly ask: (commands: readonly string[]) => Promise<readonly string[]>;
  readonly close: () => void;
}

/** It comes after each answer. None of ours holds a line that begins so. Source: HAProxy's management.txt, 9.3 (`prompt`). */
const prompt = "\n> ";
/** As long as we hold the connection, it is not to be closed for being idle. */
const opening = ["prompt", "set timeout cli 20d"];

/** Connects. Rejects with `RuntimeSocketLost`. */
export async function openRuntimeSocket(path: string): Promise<RuntimeSocket> {
  const socket = connect(path);
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("error", (cause) => reject(new RuntimeSocketLost(path, `is not there: ${cause.message}`, { cause })));
  });
  const conversation = new Conversation(path, socket);
  await conversation.ask(opening);
  return conversation;
}

interface Waiting {
  readonly answered: (answer: string) => void;
  readonly lost: (fault: RuntimeSocketLost) => void;
}

class Conversation implements RuntimeSocket {
  readonly #path: string;
  readonly #socket: Socket;
  readonly #waiting: Waiting[] = [];
  #heard = "";
  #lost: RuntimeSocketLost | undefined;

  constructor(path: string, socket: Socket) {
    this.#path = path;
    this.#socket = socket;
    socket.setEncoding("utf8");
    socket.on("data", (text: string) => this.#hear(text));
    socket.on("error", ({ message }) => this.#lose(message));
    socket.on("close", () => this.#lose("was closed"));
  }

  readonly ask = async (commands: readonly string[]): Promise<readonly string[]> => {
    if (this.#lost !== undefined) throw this.#lost;
    const answers = commands.map(() => new Promise<string>((answered, lost) => this.#waiting.push({ answered, lost })));
    this.#socket.write(commands.map((command) => `${command}\n`).join(""));
    return Promise.all(answers);
  };

  readonly close = (): void => {
    this.#socket.destroy();
  };

  #hear(text: string): void {
    // An answer may be long: what was looked through is not looked through again.
    let from = Math.max(0, this.#heard.length - prompt.length);
    this.#heard += text;
    let begin = 0;
    for (let end = this.#heard.indexOf(prompt, from); end !== -1; end = this.#heard.indexOf(prompt, from)) {
      this.#waiting.shift()?.answered(withoutContinuations(this.#heard.slice(begin, end)));
      begin = end + prompt.length;
      from = begin;
    }
    this.#heard = this.#heard.slice(begin);
  }

  #lose(why: string): void {
    this.#lost ??= new RuntimeSocketLost(this.#path, why);
    for (const { lost } of this.#waiting.splice(0)) lost(this.#lost);
  }
}

/** Each line of a payload is acknowledged by a plus sign. */
const withoutContinuations = (answer: string): string => answer.replace(/^(\+ )+/, "").replace(/^\n+|\n+$/g, "");
