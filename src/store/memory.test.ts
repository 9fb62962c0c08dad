import { conformance } from "./conformance.ts";
import { storeDefaults } from "./journaled-store.ts";
import { openMemoryStore } from "./memory.ts";

conformance({
  name: "memory",
  outlivesClose: false,
  fresh: async (t) => {
    const store = openMemoryStore({ ...storeDefaults, progressAfterMs: 2 });
    t.after(() => store.close());
    return { store, reopen: () => Promise.reject(new Error("a store in memory ends with close")) };
  },
});
