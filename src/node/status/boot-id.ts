/** The identity of one start of a machine, as the kernel invents it. Source: random(4), /proc/sys/kernel/random/boot_id, RFC 9562. */
import type { RandomStream } from "../../engine/random.js";

const VERSION_AND_VARIANT = ["4", "8"] as const;
const GROUPS = [8, 4, 4, 4, 12] as const;
const HEXADECIMAL = 16;

export function newBootID(stream: RandomStream): string {
  const digits = (count: number): string => Array.from({ length: count }, () => stream.integer(HEXADECIMAL).toString(HEXADECIMAL)).join("");
  const [version, variant] = VERSION_AND_VARIANT;
  return GROUPS.map((count, index) => (index === 2 ? version + digits(3) : index === 3 ? variant + digits(3) : digits(count))).join("-");
}
