/** What an agent is asked. */
export type Request =
  | { readonly listen: number }
  | {
      readonly protocol: "TCP" | "UDP";
      readonly to: string;
      readonly port: number;
      /** The client's port; 0: one that is free. */
      readonly from: number;
      readonly times: number;
      /** How many at once. */
      readonly together: number;
      readonly patienceMs: number;
    };

/** One answer for each time: the server's greeting, `timeout`, or an error code such as `ECONNREFUSED`. */
export interface Answer {
  readonly id: number;
  readonly said: readonly string[];
}
