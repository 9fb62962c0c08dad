/** A command of the program; its code is loaded only when it is asked for. */
export interface Command {
  readonly name: string;
  /** What stands behind its name: `[-d] [-f FILE…]`. */
  readonly usage: string;
  readonly does: string;
  readonly options: readonly Option[];
  /** Command lines, with what each is for. */
  readonly examples?: readonly (readonly [string, string])[];
  /** Whether it takes the settings of a cluster as flags. */
  readonly takesSettings: boolean;
  readonly load: () => Promise<(args: readonly string[]) => Promise<number>>;
}
export interface Option {
  readonly flag: string;
  readonly doc: string;
}
