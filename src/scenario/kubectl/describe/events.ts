/** The events at the end of a description. */
import type { ApiObject, Timestamp } from "../../../api/types/meta.js";
import type { Event } from "../../../api/types/policy.js";
import { field, type Lines, NONE, row, since } from "./lines.js";

/** Whether the event is about the object. The kubelet names nodes by their name alone, without their uid. */
export function isAbout({ involvedObject }: Event, { kind, metadata }: ApiObject): boolean {
  if (involvedObject.kind !== kind || involvedObject.name !== metadata.name) return false;
  if ((involvedObject.namespace ?? "") !== (metadata.namespace ?? "")) return false;
  return kind === "Node" || involvedObject.uid === undefined || involvedObject.uid === metadata.uid;
}

/** Type, reason, age, source and message of each, the latest last. */
export function eventLines(events: readonly Event[], now: Timestamp): Lines {
  if (events.length === 0) return [field(0, "Events", NONE)];
  return [
    "Events:",
    row(1, "Type", "Reason", "Age", "From", "Message"),
    row(1, "----", "------", "----", "----", "-------"),
    ...[...events].sort((a, b) => a.lastTimestamp - b.lastTimestamp).map((event) => eventLine(event, now)),
  ];
}

function eventLine({ type, reason, message, source, count, firstTimestamp, lastTimestamp, involvedObject }: Event, now: Timestamp): string {
  const first = since(firstTimestamp, now);
  const age = count > 1 ? `${since(lastTimestamp, now)} (x${count} over ${first})` : first;
  const place = involvedObject.fieldPath === undefined || involvedObject.fieldPath === "" ? "" : `${involvedObject.fieldPath}: `;
  return row(1, type, reason, age, source.component, `${place}${message.trim()}`);
}
