import { type Given, readSettings, type SettingName, type Settings } from "./settings.ts";

/** What objects and running pods have in them for life. */
const fixedNames: readonly SettingName[] = [
  "data-dir",
  "cluster-cidr",
  "service-cluster-ip-range",
  "cluster-domain",
  "nodes",
];
/** What the running parts take over as it is. */
const liveNames = ["service-node-port-range", "proxy-mode"] as const satisfies readonly SettingName[];
export type LiveName = (typeof liveNames)[number];
const isLive = (name: SettingName): boolean => liveNames.some((one) => one === name);

/** What a new picture of the settings means for a running cluster. */
export interface Change {
  /** As they are to be from now on; those that can't change are as before. */
  readonly settings: Settings;
  readonly refused: readonly SettingName[];
  /** Whether the parts have to start anew for it; pods go on meanwhile. */
  readonly needsRestart: boolean;
  readonly isLive: boolean;
}

type Texts = ReadonlyMap<string, Given>;

/**
 * The settings after config.yaml was edited. A line that changed is what somebody wants now, so it wins over the flag that the
 * cluster was started with. Throws `SettingInvalid`.
 */
export function editedSettings(flags: Texts, before: Texts, after: Texts): Settings {
  const edited = new Set(
    [...before.keys(), ...after.keys()].filter((name) => before.get(name)?.text !== after.get(name)?.text),
  );
  const kept = [...flags].filter(([name]) => !(edited.has(name) && after.has(name)));
  return readSettings(new Map([...after, ...kept]));
}

export function changeOf(now: Settings, wanted: Settings): Change {
  const changed = namesOf(wanted).filter((name) => !isSame(now[name], wanted[name]));
  const refused = changed.filter((name) => fixedNames.includes(name));
  const kept = Object.fromEntries(fixedNames.map((name) => [name, now[name]]));
  return {
    settings: { ...wanted, ...kept },
    refused,
    isLive: changed.some(isLive),
    needsRestart: changed.some((name) => !fixedNames.includes(name) && !isLive(name)),
  };
}

const namesOf = (settings: Settings): readonly SettingName[] =>
  Object.keys(settings).filter((name): name is SettingName => name in settings);

/** Addresses and blocks are compared by what they say. */
const isSame = (a: unknown, b: unknown): boolean => showSetting(a) === showSetting(b);
export const showSetting = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) => (typeof part === "bigint" ? String(part) : part));
