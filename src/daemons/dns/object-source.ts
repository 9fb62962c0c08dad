/** Where the objects of one kind come from; an informer is one. */
export interface ObjectSource<O> {
  /**
   * Calls back for every object that is there, at once, and for every change from then on: `before` is undefined for what is new,
   * `after` for what is gone. Returns how to stop it.
   */
  readonly onChange: (listener: (before: O | undefined, after: O | undefined) => void) => () => void;
  /** Whether everything that was there when it began has been shown. Stays true, also while no API server answers. */
  readonly hasSynced: () => boolean;
}
