/** One room of the house: a folder of src. */
export interface Room {
  /** Rooms, parts of rooms or single files that it may use, with all that those may use. */
  readonly uses: readonly string[];
  /** No `node:` import, clock, randomness, timer, logging or `async`: what they need arrives as an argument. */
  readonly pure: boolean;
  /** Parts that may use each other as it says here; a part that isn't named stands alone. Absent: the room has no inner walls. */
  readonly parts?: Readonly<Record<string, readonly string[]>>;
}

const pure = true;
const effects = false;

/** Who may use whom. Everything not said here is refused. */
export const rooms: Readonly<Record<string, Room>> = {
  net: { uses: [], pure },
  machinery: { uses: ["net"], pure },
  api: { uses: ["machinery"], pure },
  core: {
    uses: ["api"],
    pure,
    parts: {
      ruleset: ["services"],
      dns: ["services"],
      routes: ["services"],
      // Who should stand behind a Service is decided in workloads; a trace that finds nobody there asks the same functions.
      trace: ["services", "ruleset", "dns", "routes", "workloads"],
    },
  },
  metrics: { uses: [], pure: effects },
  store: { uses: ["net"], pure: effects },
  os: { uses: ["net"], pure: effects },
  // It runs where the rest of the repository is not.
  echo: { uses: [], pure: effects },
  client: { uses: ["machinery", "api"], pure: effects },
  // The server answers the client's requests without a socket where they share a process: it implements that interface.
  server: {
    uses: [
      "machinery",
      "api",
      "store",
      "core/addresses",
      "core/access",
      "core/admission",
      "core/api-proxy",
      "client/transport.ts",
      "metrics",
    ],
    pure: effects,
  },
  daemons: { uses: ["client", "core", "os", "metrics"], pure: effects, parts: {} },
  cluster: { uses: ["server", "store", "daemons", "os"], pure: effects },
  cli: { uses: ["client", "core/trace", "core/ruleset", "cluster"], pure: effects },
  console: { uses: ["client", "core/trace"], pure: effects },
};

/** The only room that may use it: what composes everything must not be composed by more than one. */
export const onlyUser: Readonly<Record<string, string>> = { cluster: "cli" };

/** npm packages that a pure room may use, since they are pure themselves. */
export const purePackages: ReadonlySet<string> = new Set(["fast-json-patch"]);

/** Names that say nothing of what is inside. */
export const emptyNames: ReadonlySet<string> = new Set(["utils", "util", "helpers", "helper", "common", "misc"]);
