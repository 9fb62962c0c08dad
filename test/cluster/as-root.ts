/** Options of tests that change the network. */
export const asRoot: { readonly skip?: string } =
  process.getuid?.() === 0 ? {} : { skip: "making network namespaces needs root" };
