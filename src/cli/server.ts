import { bringUp, type Session } from "#cluster/session.ts";
import { type Setting, type Settings, settingsTable } from "#cluster/settings.ts";
import { askedFrom, parse, settingFlags } from "./arguments.ts";
import { untilSignal } from "./signals.ts";

const flags = { ...settingFlags, debug: { type: "boolean" } } as const;

/** `portolan server`: the API, the controllers and the scheduler, for nodes on machines of their own; until it is told to end. */
export async function server(args: readonly string[]): Promise<number> {
  const parsed = parse(args, flags);
  const asked = await askedFrom(parsed, process.env, "server");
  const interrupted = untilSignal();
  const tell = (sentence: string): void => void process.stderr.write(`warning: ${sentence}\n`);
  const session = await bringUp(asked, { interrupted, tell });
  try {
    const invitation = await invitationTo(session, asked.settings);
    process.stdout.write(
      `The server is ready. A machine joins as a node by this, for 24 hours:\n\n  ${invitation}\n\n`,
    );
    await interrupted;
  } finally {
    await session.down();
  }
  return 0;
}

/** The line that makes a machine a node of this cluster; settings that both must have are in it where they aren't the usual ones. */
async function invitationTo(session: Session, settings: Settings): Promise<string> {
  const { server: at, token, caCertHash } = await session.invite();
  const rows: readonly Setting[] = Object.values(settingsTable);
  const shared = rows.flatMap((row) => {
    const text = row.toNode?.(settings[row.name]);
    const isOwn = row.name === "v" || row.name === "images" || text === undefined || text === row.fallback;
    return isOwn ? [] : [`--${row.name} ${text}`];
  });
  return [
    "portolan node",
    `--server ${at}`,
    `--token ${token}`,
    `--discovery-token-ca-cert-hash ${caCertHash}`,
    ...shared,
  ].join(" ");
}
