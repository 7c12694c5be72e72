import { describe, expect, it } from "vitest";
import { goDump, goDumpBytes } from "../../src/api/go-dump.js";
import { structOf, type StructType, type Type } from "../../src/api/schema/descriptor.js";

const volume = (source: object): string => goDump("Volume", { name: "v", ...source });

/** Every type that a value of this one may hold. */
function reachable(type: Type, found = new Set<StructType>()): Set<StructType> {
  if (type.form === "list" || type.form === "map") return reachable(type.element, found);
  if (type.form !== "struct" || found.has(type)) return found;
  found.add(type);
  for (const field of type.fields.values()) reachable(field.type, found);
  return found;
}

describe("Go's dump of a value", () => {
  it("names every field, empty ones too, in Go's order and with Go's types", () => {
    // What fmt's %#v of go-spew prints for corev1.HTTPGetAction{Path: "/", Port: intstr.FromInt32(80)}.
    expect(goDump("HTTPGetAction", { path: "/", port: 80 })).toBe(
      "(v1.HTTPGetAction){Path:(string)/ Port:(intstr.IntOrString){Type:(intstr.Type)0 IntVal:(int32)80 StrVal:(string)} Host:(string) Scheme:(v1.URIScheme) HTTPHeaders:([]v1.HTTPHeader)<nil>}",
    );
    expect(goDump("HTTPGetAction", { port: "web" })).toContain("{Type:(intstr.Type)1 IntVal:(int32)0 StrVal:(string)web}");
  });

  it("tells a pointer to a zero from none", () => {
    expect(goDump("KeyToPath", { key: "k", path: "p", mode: 0 })).toBe("(v1.KeyToPath){Key:(string)k Path:(string)p Mode:(*int32)0}");
    expect(goDump("KeyToPath", { key: "k", path: "p" })).toBe("(v1.KeyToPath){Key:(string)k Path:(string)p Mode:(*int32)<nil>}");
  });

  it("shows what Go embeds as a field of its own", () => {
    expect(goDump("SecretKeySelector", { name: "s", key: "k" })).toBe(
      "(v1.SecretKeySelector){LocalObjectReference:(v1.LocalObjectReference){Name:(string)s} Key:(string)k Optional:(*bool)<nil>}",
    );
    expect(volume({ emptyDir: {} })).toMatch(/^\(v1\.Volume\)\{Name:\(string\)v VolumeSource:\(v1\.VolumeSource\)\{HostPath:.*\}\}$/);
  });

  it("takes an empty list and an empty map for nil, as they come from the API server", () => {
    expect(goDump("Capabilities", { add: [], drop: ["ALL"] })).toBe(
      "(v1.Capabilities){Add:([]v1.Capability)<nil> Drop:([]v1.Capability)[ALL]}",
    );
    expect(goDump("ResourceRequirements", { limits: {} })).toContain("Limits:(v1.ResourceList)<nil>");
  });

  it("sorts maps by key", () => {
    expect(goDump("LabelSelector", { matchLabels: { b: "2", a: "1" } })).toContain("MatchLabels:(map[string]string)map[a:1 b:2]");
  });

  it("shows the inside of quantities, of which big ones are decimals of any precision", () => {
    const sizeLimit = (text: string): string | undefined =>
      / SizeLimit:.*?BinarySI}| SizeLimit:.*?DecimalSI}/.exec(volume({ emptyDir: { sizeLimit: text } }))?.[0];
    expect(sizeLimit("3")).toBe(
      " SizeLimit:(*resource.Quantity){i:(resource.int64Amount){value:(int64)3 scale:(resource.Scale)0} d:(resource.infDecAmount){Dec:(*inf.Dec)<nil>} s:(string)3 Format:(resource.Format)DecimalSI}",
    );
    // An amount of too many digits for an int64 is held in units of 10^-9, in machine words with the lowest first.
    const unscaled = 20_000_000_000_000_000_001n * 10n ** 9n;
    const words = `${unscaled % 2n ** 64n} ${unscaled / 2n ** 64n}`;
    expect(sizeLimit("20000000000000000001")).toContain(
      `{value:(int64)0 scale:(resource.Scale)0} d:(resource.infDecAmount){Dec:(*inf.Dec){unscaled:(big.Int){neg:(bool)false abs:(big.nat)[${words}]} scale:(inf.Scale)9}}`,
    );
  });

  it("counts the time from the year 1", () => {
    // The Unix epoch is 719,162 days after 0001-01-01.
    expect(goDump("ObjectMeta", { creationTimestamp: 0 })).toContain(`ext:(int64)${719_162 * 86_400} `);
    expect(goDump("ObjectMeta", {})).toContain("CreationTimestamp:(v1.Time){Time:(time.Time){wall:(uint64)0 ext:(int64)0 loc:");
  });

  it("writes bytes as numbers", () => {
    expect(goDumpBytes(Uint8Array.of(123, 125))).toBe("([]uint8)[123 125]");
  });

  it("knows every type that a pod template may hold down to its plain values", () => {
    const open = [...reachable(structOf("PodTemplateSpec"))].flatMap((type) =>
      [...type.fields.values()]
        .filter((field) => field.type.form === "simple" && field.type.simple === "any")
        .map((field) => `${type.name}.${field.name}`),
    );
    // Managed fields are raw JSON in Go as well.
    expect(open).toEqual(["ManagedFieldsEntry.fieldsV1"]);
  });
});
