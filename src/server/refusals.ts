import { failure, internal, StatusError, unavailable } from "#machinery/status.ts";
import { StoreClosed, StoreUnwritable } from "#store/faults.ts";

/** What a client is told of a fault; one that is not the client's own is reported. */
export function refusalOf(fault: unknown, report: (fault: unknown) => void): StatusError {
  if (fault instanceof StatusError) return fault;
  if (fault instanceof StoreClosed) return unavailable("the server is shutting down");
  report(fault);
  return fault instanceof StoreUnwritable ? unwritable(fault) : internal("the server has failed; its log says more");
}

/** Whether the server itself has failed, as it never should. */
export const isOwnFailure = (fault: unknown): boolean =>
  !(fault instanceof StatusError || fault instanceof StoreClosed || fault instanceof StoreUnwritable);

/** 507: reads and watches go on, and writes again when there is room. */
const unwritable = ({ message }: StoreUnwritable): StatusError =>
  failure({ message, reason: "InsufficientStorage", code: 507 });

export const forbiddenPath = (message: string): StatusError =>
  failure({ message: `forbidden: ${message}`, reason: "Forbidden", details: {}, code: 403 });
