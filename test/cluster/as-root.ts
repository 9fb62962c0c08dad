/** Options of tests that change the network. */
export const asRoot = process.getuid?.() === 0 ? {} : { skip: "making network namespaces needs root" };
