/** What every verb of the registry works with. */
import type { Timestamp } from "../../../api/types/meta.js";
import { SECOND } from "../../../engine/simulation.js";
import type { AdmissionChain } from "../admission/admission.js";
import type { ObjectIdentities } from "../object-identities.js";
import type { ObjectRules } from "../object-rules.js";
import type { ObjectStore } from "../object-store.js";
import type { ServiceAllocations } from "../services/service-allocations.js";
import type { ObjectWriter } from "./object-writer.js";

export interface RegistryContext {
  readonly store: ObjectStore;
  readonly writer: ObjectWriter;
  readonly identities: ObjectIdentities;
  readonly rules: ObjectRules;
  readonly admission: AdmissionChain;
  readonly services: ServiceAllocations;
  /** Microseconds since the Unix epoch. */
  readonly now: () => Timestamp;
}

/** The second that has begun: times in objects are whole seconds. */
export function wholeSeconds({ now: clock }: RegistryContext): Timestamp {
  const now = clock();
  return now - (now % SECOND);
}
