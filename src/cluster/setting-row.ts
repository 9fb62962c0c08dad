/** What there is to say of a setting. */
export interface SettingRow<N extends string, T> {
  readonly name: N;
  /** Where it isn't given. */
  readonly fallback: string;
  readonly placeholder: string;
  readonly doc: string;
  /** undefined where the text is none; `expected` then says what it should have been. */
  readonly parse: (text: string) => T | undefined;
  readonly expected: string;
  /** A flag without a value. */
  readonly isSwitch?: true;
  /** Its value as a text again, of settings that a node is given too; absent: it is the cluster's alone. */
  toNode?(value: T): string;
}
