/** Objects that kubectl makes of flags: it reads their values itself, before it asks any server. */
import { decode } from "../../api/decode.js";
import { DecodeError } from "../../api/decode-problem.js";
import type { ApiObject } from "../../api/types/meta.js";
import { UsageError } from "./usage-error.js";

/** The object, decoded. @throws UsageError in the decoder's words */
export function generated(object: unknown): ApiObject {
  try {
    return decode(object);
  } catch (error) {
    if (error instanceof DecodeError) throw new UsageError(error.message);
    throw error;
  }
}
