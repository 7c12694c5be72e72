/** How long storage takes to attach and detach a volume. */
import type { Distribution } from "../../../engine/distribution.js";
import { lognormal } from "../../../engine/distribution-families.js";
import { SECOND } from "../../../engine/simulation.js";

/** Times of a block store's operations. */
export interface AttachTimes {
  readonly attach: Distribution;
  readonly detach: Distribution;
}

/** The order of magnitude of cloud block stores, which take some seconds and now and then many. An assumption, and a setting. */
const DEFAULT_TIME = lognormal(4 * SECOND, 0.5);
export const DEFAULT_ATTACH_TIMES: AttachTimes = { attach: DEFAULT_TIME, detach: DEFAULT_TIME };
