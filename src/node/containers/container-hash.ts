import { fnv1a32 } from "../../api/fnv.js";
import { goDumpBytes } from "../../api/go-dump.js";
import { mapJson } from "../../api/go-json.js";

/**
 * The kubelet's hash of a container, in hexadecimal as it annotates it: a container whose hash changes is restarted. Only name and
 * image count.
 *
 * Source: kubernetes pkg/kubelet/container/helpers.go (HashContainer, pickFieldsToHash).
 */
export function containerHash(name: string, image: string): string {
  const json = new TextEncoder().encode(mapJson({ name, image }));
  return fnv1a32(new TextEncoder().encode(goDumpBytes(json))).toString(16);
}
