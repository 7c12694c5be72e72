/** Requests that wait for etcd to have a leader: writes, and reads of what its quorum agrees on. */
import { SECOND, type SimTime, type Simulation } from "../../engine/simulation.js";
import type { ApiStatus } from "./client.js";
import { isRead, type RequestWork } from "./request.js";
import { ETCD_TIMEOUT, gatewayTimeout } from "./status-errors.js";

/** etcd gives up on a proposal after 5 s and two election timeouts of 1 s. Source: go.etcd.io/etcd/server/config ReqTimeout. */
export const ETCD_TIMEOUT_AFTER: SimTime = 7 * SECOND;
/** The server gives up on a request: etcd's client goes on trying to read until then. Source: kube-apiserver's --request-timeout. */
const REQUEST_TIMEOUT: SimTime = 60 * SECOND;

export class StalledRequests {
  private readonly waiting = new Map<number, RequestWork>();

  /** @param giveUp answers a request that has waited too long */
  constructor(
    private readonly simulation: Simulation,
    private readonly giveUp: (slot: number, status: ApiStatus) => void,
  ) {}

  add(slot: number, work: RequestWork): void {
    const { verb, target } = work;
    const [after, status] = isRead(verb) ? [REQUEST_TIMEOUT, gatewayTimeout(target)] : [ETCD_TIMEOUT_AFTER, ETCD_TIMEOUT];
    this.waiting.set(slot, work);
    this.simulation.after(after, () => {
      if (this.waiting.get(slot) !== work) return;
      this.waiting.delete(slot);
      this.giveUp(slot, status);
    });
  }

  takeAll(): readonly number[] {
    const slots = [...this.waiting.keys()];
    this.waiting.clear();
    return slots;
  }

  takeWrites(): readonly number[] {
    const slots = [...this.waiting].filter(([, { verb }]) => !isRead(verb)).map(([slot]) => slot);
    for (const slot of slots) this.waiting.delete(slot);
    return slots;
  }
}
