/** What outputs say where processes outside had a say in the run. */
import type { ClusterDescription } from "../cluster/description.js";

/** URL prefixes of the extenders that a run asks. */
export function extendersAsked({ schedulerExtenders = [] }: ClusterDescription): readonly string[] {
  return schedulerExtenders.map(({ settings }) => settings.name);
}

/** One line, or nothing where there are none. */
export function extendersNote(cluster: ClusterDescription): string {
  const asked = extendersAsked(cluster);
  return asked.length === 0 ? "" : `not reproducible: the scheduler asked extenders outside of the simulation (${asked.join(", ")})\n`;
}
