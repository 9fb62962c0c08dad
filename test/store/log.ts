// Source: sqlite.org/fileformat2.html section 4: a header, then frames of a header and a page; the words are big-endian.
const logHeaderBytes = 32;
const frameHeaderBytes = 24;

/** A log of SQLite's, as far as it counts. */
export interface Log {
  /** The end of each frame of this round of the log, in bytes. */
  readonly frames: readonly number[];
  /** The end of each commit. */
  readonly commits: readonly number[];
  /** How often the log had begun anew. */
  readonly restarts: number;
}

export function readLog(log: Buffer): Log {
  const frameBytes = frameHeaderBytes + log.readUInt32BE(8);
  const salt = log.subarray(16, 24);
  const frames: number[] = [];
  const commits: number[] = [];
  for (let at = logHeaderBytes; at + frameBytes <= log.length; at += frameBytes) {
    // Frames of an earlier round stand behind those of this one.
    if (!log.subarray(at + 8, at + 16).equals(salt)) break;
    frames.push(at + frameBytes);
    if (log.readUInt32BE(at + 4) !== 0) commits.push(at + frameBytes);
  }
  return { frames, commits, restarts: log.readUInt32BE(12) };
}

/** Places at which a log may end after a power cut: in its head, and before, at and behind the end of each frame. */
export const cutsOf = (frames: readonly number[]): readonly number[] => [
  0,
  17,
  logHeaderBytes,
  ...frames.flatMap((end) => [end - 1, end, end + 11, end + frameHeaderBytes + 500]),
];
