import type { NodeAddresses, TableOptions } from "#core/ruleset/node-table.ts";
import type { ServiceEntry, ServiceName } from "#core/services/service-map.ts";
import type { KernelRules, ProxyMode } from "./kernel-rules.ts";
import { type ModeOptions, openRules } from "./modes.ts";

/** Rules whose mode can change while they serve. */
export interface TurningRules extends KernelRules {
  /** Of the rules that serve now. */
  readonly mode: () => ProxyMode;
  /**
   * The next change writes everything in this mode. The rules of the other one stand beside them until somebody takes them away
   * (`removeRules`): what comes between finds both, and either leads to an endpoint. Resolves when they serve; rejects where the
   * kernel does not take them: the mode stays as it was then. One turn at a time.
   */
  readonly turnTo: (mode: ProxyMode) => Promise<void>;
}

interface Wish {
  readonly mode: ProxyMode;
  readonly turned: PromiseWithResolvers<void>;
}

export async function turningRules(options: ModeOptions, around: TableOptions["around"]): Promise<TurningRules> {
  const entries = new Map<ServiceName, ServiceEntry>();
  let addresses: NodeAddresses | undefined;
  let serving = { mode: options.mode, rules: await openRules(options, around) };
  let wanted: Wish | undefined;

  const turnTo = async (mode: ProxyMode): Promise<void> => {
    const rules = await openRules({ ...options, mode }, around);
    try {
      await rules.change({ entries: new Map(entries), addresses });
    } catch (fault) {
      rules.close();
      throw fault;
    }
    serving.rules.close();
    serving = { mode, rules };
  };
  const isTurned = ({ mode, turned }: Wish): Promise<boolean> => {
    turnTo(mode).then(turned.resolve, turned.reject);
    return turned.promise.then(
      () => true,
      () => false,
    );
  };
  return {
    mode: () => serving.mode,
    turnTo(mode) {
      if (mode === serving.mode) return Promise.resolve();
      wanted = { mode, turned: Promise.withResolvers() };
      return wanted.turned.promise;
    },
    async change(change) {
      addresses = change.addresses ?? addresses;
      for (const [name, entry] of change.entries) {
        if (entry === undefined) entries.delete(name);
        else entries.set(name, entry);
      }
      const wish = wanted;
      wanted = undefined;
      if (wish === undefined || !(await isTurned(wish))) await serving.rules.change(change);
    },
    get probeSeconds() {
      return serving.rules.probeSeconds;
    },
    remove: () => serving.rules.remove(),
    close: () => serving.rules.close(),
  };
}
