import type { Status } from "../framework/status.js";

/** Numbers statuses by identity, so that one fits into an array beside each node. The first numbers are left to the caller. */
export class StatusCodes {
  private readonly statuses: Status[] = [];
  private readonly codes = new Map<Status, number>();
  /** The last status asked for: neighbours often lack the same. */
  private lastStatus: Status | undefined;
  private lastCode = 0;

  codeOf(status: Status): number {
    if (status === this.lastStatus) return this.lastCode;
    let code = this.codes.get(status);
    if (code === undefined) {
      code = this.statuses.push(status) - 1 + FIRST_CODE;
      this.codes.set(status, code);
    }
    this.lastStatus = status;
    return (this.lastCode = code);
  }

  statusOf(code: number): Status {
    return this.statuses[code - FIRST_CODE];
  }

  /** All codes are below this. */
  get bound(): number {
    return this.statuses.length + FIRST_CODE;
  }
}

const FIRST_CODE = 2;
