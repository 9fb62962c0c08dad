/** Runs small changes. `apply` gives nft's own words where it refused, undefined where it did as told. */
export interface NftEngine {
  readonly apply: (text: string) => Promise<string | undefined>;
  readonly close: () => void;
}
