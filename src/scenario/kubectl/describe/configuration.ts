/** Config maps and secrets. Source: kubectl/pkg/describe/describe.go. */
import type { ConfigMap, Secret } from "../../../api/types/policy.js";
import type { Describer } from "./describer.js";
import { field, nameLines, noteLines } from "./lines.js";

export const configMapDescriber: Describer<ConfigMap> = {
  describe({ metadata, data = {}, binaryData = {} }) {
    return [
      ...nameLines(metadata),
      ...noteLines(metadata),
      "",
      "Data",
      "====",
      ...Object.keys(data)
        .sort()
        .flatMap((key) => [`${key}:`, "----", ...data[key].split("\n"), ""]),
      "",
      "BinaryData",
      "====",
      ...Object.keys(binaryData)
        .sort()
        .map((key) => `${key}: ${bytesOf(binaryData[key])} bytes`),
      "",
    ];
  },
};

export const secretDescriber: Describer<Secret> = {
  hasEvents: false,
  describe({ metadata, type = "Opaque", data = {}, stringData = {} }) {
    const sizes = new Map([
      ...Object.entries(data).map(([key, value]) => [key, bytesOf(value)] as const),
      ...Object.entries(stringData).map(([key, value]) => [key, Buffer.byteLength(value)] as const),
    ]);
    return [
      ...nameLines(metadata),
      ...noteLines(metadata),
      "",
      field(0, "Type", type),
      "",
      "Data",
      "====",
      ...[...sizes].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, size]) => field(0, key, `${size} bytes`)),
    ];
  },
};

function bytesOf(base64: string): number {
  return Buffer.from(base64, "base64").length;
}
