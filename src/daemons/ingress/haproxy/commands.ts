import { certificateListName } from "#core/routes/haproxy/files.ts";
import type { HaproxyServer, HaproxyStep } from "#core/routes/haproxy/plan.ts";
import { unreachable } from "#core/unreachable.ts";
import { runtimeCommand, Untellable, withPayload } from "#os/haproxy/runtime-words.ts";

/** What the runtime socket is told, and how it answers where it has done so. */
export interface Command {
  readonly text: string;
  readonly done: RegExp;
}

const nothing = /^$/;
const command = (done: RegExp, ...words: readonly (string | number)[]): Command => ({
  text: runtimeCommand(...words),
  done,
});

const named = (section: string, { name }: HaproxyServer): string => `${section}/${name}`;

/** For all steps but `replaceMap`, whose second part needs the first one's answer. Throws `Untellable`. */
export function commandsOf(step: Exclude<HaproxyStep, { readonly kind: "replaceMap" }>): readonly Command[] {
  switch (step.kind) {
    case "setMap":
      return [command(nothing, "set", "map", step.map, step.key, step.value)];
    case "addMap":
      return [command(nothing, "add", "map", step.map, step.key, step.value)];
    case "deleteMap":
      return [command(nothing, "del", "map", step.map, step.key)];
    case "addServer":
      return addServer(step.section, step.server);
    case "setWeight":
      return [command(nothing, "set", "server", named(step.section, step.server), "weight", step.server.weight)];
    case "retireServer":
      return [command(nothing, "set", "server", named(step.section, step.server), "state", "maint")];
    case "addCertificate":
      return addCertificate(step);
    case "removeCertificate":
      return [
        command(/deleted/, "del", "ssl", "crt-list", certificateListName, step.file),
        command(/deleted/, "del", "ssl", "cert", step.file),
      ];
    default:
      return unreachable(step);
  }
}

function addServer(section: string, server: HaproxyServer): readonly Command[] {
  const name = named(section, server);
  return [
    command(/registered/, "add", "server", name, server.address, "weight", server.weight, ...server.options),
    ...(server.hasCookie ? [command(nothing, "enable", "dynamic-cookie", "backend", section)] : []),
    command(nothing, "set", "server", name, "state", "ready"),
  ];
}

/** A server that is being retired takes requests again. */
export const readyAgain = (section: string, server: HaproxyServer): readonly Command[] => [
  command(nothing, "set", "server", named(section, server), "weight", server.weight),
  command(nothing, "set", "server", named(section, server), "state", "ready"),
];

/** For servers in maintenance without streams; refused where one has some nevertheless. */
export const deletionOf = (section: string, server: HaproxyServer): Command =>
  command(/deleted/, "del", "server", named(section, server));

function addCertificate({ file, pem, hosts }: CertificateStep): readonly Command[] {
  return [
    command(/New empty certificate/, "new", "ssl", "cert", file),
    { text: withPayload(runtimeCommand("set", "ssl", "cert", file), pem), done: /Transaction (created|updated)/ },
    command(/Success/, "commit", "ssl", "cert", file),
    listed(file, hosts),
  ];
}

type CertificateStep = Extract<HaproxyStep, { readonly kind: "addCertificate" }>;

const listed = (file: string, hosts: readonly string[]): Command => ({
  text: withPayload(
    runtimeCommand("add", "ssl", "crt-list", certificateListName),
    [file, ...hosts].map(listWord).join(" "),
  ),
  done: /Success/,
});

/** A line of the list is read as the file's: no word of it has blanks. */
function listWord(word: string): string {
  if (/[\s[\]#]/.test(word)) throw new Untellable(word);
  return word;
}

/** What follows from an answer. */
export interface Dialogue {
  readonly first: Command;
  readonly follow: (answer: string) => readonly Command[];
}

/** All lines of a map at once: those before stay until the last one is there. */
export function replacementOf({ map, lines }: Extract<HaproxyStep, { readonly kind: "replaceMap" }>): Dialogue {
  return {
    first: command(/created: \d+/, "prepare", "map", map),
    follow: (answer) => {
      const version = `@${/\d+$/.exec(answer)?.[0]}`;
      return [
        ...[...lines].map(([key, value]) => command(nothing, "add", "map", version, map, key, value)),
        command(nothing, "commit", "map", version, map),
      ];
    },
  };
}

/** A certificate that is there gets other hosts: the new line comes before the old one goes, so that it is shown all the time. */
export function relistingOf({ file, hosts }: CertificateStep): Dialogue {
  return {
    first: command(/^# /, "show", "ssl", "crt-list", "-n", certificateListName),
    follow: (answer) => {
      const old = answer.split("\n").flatMap((line) => {
        const [entry = ""] = line.split(" ");
        return entry.startsWith(`${file}:`) ? [entry] : [];
      });
      return [
        listed(file, hosts),
        ...old.map((entry) => command(/deleted/, "del", "ssl", "crt-list", certificateListName, entry)),
      ];
    },
  };
}
