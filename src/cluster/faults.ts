/** Why a cluster can't be brought up or down on this machine. The code is the contract; docs/reference/errors.md lists them. */
export type FaultCode =
  | "NotRoot"
  | "NoNetAdmin"
  | "NoSysAdmin"
  | "ProgramMissing"
  | "PortTaken"
  | "AddressMissing"
  | "RangesOverlap"
  | "FamiliesDiffer"
  | "RangeOnMachine"
  | "RangeOfData"
  | "DiskFull"
  | "DataDirUnusable"
  | "ConfigUnusable"
  | "ImagesUnusable"
  | "AuditUnusable"
  | "AlreadyRunning"
  | "NotRunning"
  | "NotServed"
  | "StillRunning"
  | "BackupExists"
  | "BackupUnwritable"
  | "NodeUnknown"
  | "RightsMissing"
  | "IptablesTaken"
  | "NotJoined"
  | "AuthorityUnknown"
  | "TokenKeyUnusable"
  | "OidcUnusable"
  | "StartFailed";

/** The machine refuses: what, where, and how to mend it. */
export class ClusterFault extends Error {
  readonly code: FaultCode;
  readonly where: string;
  readonly fix: string;
  constructor(
    code: FaultCode,
    story: { readonly what: string; readonly where: string; readonly fix: string; readonly cause?: unknown },
  ) {
    super(story.what, { cause: story.cause });
    this.code = code;
    this.where = story.where;
    this.fix = story.fix;
  }
}
