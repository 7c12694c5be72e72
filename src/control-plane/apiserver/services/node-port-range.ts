/**
 * Node ports.
 *
 * Source: kubernetes/pkg/registry/core/service/portallocator.
 */
import type { RandomStream } from "../../../engine/random.js";
import { BandAllocator, type Reservation, staticBand } from "./band-allocator.js";
import { ServiceRangeError } from "./service-ip-range.js";

/** Source: kube-apiserver's --service-node-port-range. */
export const DEFAULT_NODE_PORT_RANGE = "30000-32767";
/** Source: portallocator calculateRangeOffset: a thirty-second of the range, 16 to 128 ports. */
const BAND_SHARE = 32;
const LARGEST_BAND = 128;
const HIGHEST_PORT = 65_535;

export class NodePortRange {
  /** How many ports at the bottom are kept for static assignment. */
  readonly staticBand: number;
  private readonly allocator: BandAllocator;

  /**
   * @param text first and last port, such as "30000-32767"
   * @throws ServiceRangeError
   */
  constructor(
    readonly text: string,
    stream: RandomStream,
  ) {
    const match = /^(\d+)-(\d+)$/.exec(text);
    const [first, last] = [Number(match?.[1]), Number(match?.[2])];
    if (!(first >= 1 && last >= first && last <= HIGHEST_PORT)) {
      throw new ServiceRangeError(
        `node port range "${text}" is not of the form FIRST-LAST with ports from 1 to ${HIGHEST_PORT}, such as 30000-32767`,
      );
    }
    this.staticBand = staticBand(last - first + 1, BAND_SHARE, LARGEST_BAND);
    this.allocator = new BandAllocator(first, last, first + this.staticBand, stream);
  }

  get used(): number {
    return this.allocator.used;
  }

  reserve(port: number): Reservation {
    return this.allocator.reserve(port);
  }

  next(): number | undefined {
    return this.allocator.next();
  }

  release(port: number): void {
    this.allocator.release(port);
  }
}
