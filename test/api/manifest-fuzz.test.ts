import { describe, expect, it } from "vitest";
import fc from "fast-check";
import { decode } from "../../src/api/decode.js";
import { DecodeError } from "../../src/api/decode-problem.js";
import { applyDefaults } from "../../src/api/defaults/index.js";
import { encode } from "../../src/api/encode.js";
import { ManifestError } from "../../src/api/manifest/mistake.js";
import { parseManifests } from "../../src/api/manifest/load.js";
import { KINDS } from "../../src/api/kinds.js";
import { prepareForCreate } from "../../src/api/prepare.js";
import { structOf, undefinedTypes, type StructType, type Type } from "../../src/api/schema/descriptor.js";
import { validateCreate, validateUpdate } from "../../src/api/validation/index.js";

/** Values that fit a type, and now and then do not. */
function valueOf(type: Type, depth: number): fc.Arbitrary<unknown> {
  const odd = fc.oneof(
    fc.constant(null),
    fc.string(),
    fc.integer(),
    fc.boolean(),
    fc.double(),
    fc.constant([]),
    fc.constant({}),
    fc.constant([null]),
  );
  return fc.oneof({ weight: 12, arbitrary: fitting(type, depth) }, { weight: 1, arbitrary: odd });
}

const names = fc.constantFrom(
  "",
  "a",
  "web",
  "A_b",
  "x".repeat(300),
  "a/b/c",
  "cpu",
  "memory",
  "hugepages-2Mi",
  "__proto__",
  "In",
  "Always",
  "Never",
  "TCP",
);

function fitting(type: Type, depth: number): fc.Arbitrary<unknown> {
  switch (type.form) {
    case "struct":
      return structValue(type, depth);
    case "list":
      return depth <= 0 ? fc.constant([]) : fc.array(valueOf(type.element, depth - 1), { maxLength: 3 });
    case "map":
      return fc.dictionary(names, valueOf(type.element, depth - 1), { maxKeys: 3 });
    case "simple":
      switch (type.simple) {
        case "string":
        case "bytes":
          return names;
        case "bool":
          return fc.boolean();
        case "Quantity":
          return fc.constantFrom("1", "500m", "-1", "1Gi", 3, 0.5, "1e9", "x");
        case "IntOrString":
          return fc.constantFrom(0, 1, -1, "25%", "150%", "x", 80_000);
        case "Time":
        case "MicroTime":
          return fc.constantFrom("2026-01-02T03:04:05Z", "2026-01-02T03:04:05.123456+02:00", "yesterday", 5);
        case "any":
          return fc.constantFrom(null, {}, { a: 1 }, [], "x");
        default:
          return fc.integer({ min: -5, max: 70_000 });
      }
  }
}

function structValue(type: StructType, depth: number): fc.Arbitrary<unknown> {
  if (depth <= 0) return fc.constant({});
  const fields = [...type.fields.values()].map((field) => [field.name, valueOf(field.type, depth - 1)] as const);
  return fc.record({ ...Object.fromEntries(fields), unknownField: fc.constant(1) }, { requiredKeys: [] });
}

const kinds = KINDS.map((info) => ({ info, schema: structOf(info.kind) }));

describe("schemas", () => {
  it("define every type that they name", () => {
    expect(undefinedTypes()).toEqual([]);
  });
});

describe("an object of any kind with anything in its fields", () => {
  it.each(kinds.map((kind) => [kind.info.kind, kind] as const))(
    "%s is decoded, filled in and judged, or refused in Kubernetes' words",
    (_name, { info, schema }) => {
      const manifest = structValue(schema, 7).map((value) => ({ ...(value as object), apiVersion: info.apiVersion, kind: info.kind }));
      fc.assert(
        fc.property(manifest, (value) => {
          let object;
          try {
            object = decode(value);
          } catch (error) {
            expect(error).toBeInstanceOf(DecodeError);
            return;
          }
          const complete = applyDefaults(object);
          expect(applyDefaults(complete)).toEqual(complete);
          const prepared = prepareForCreate(complete, { uid: "u" });
          for (const error of validateCreate(prepared)) expect(error.message).not.toContain("undefined");
          validateUpdate(prepared, complete);
          // What is written reads back as the same object.
          const written = JSON.parse(JSON.stringify(encode(complete))) as unknown;
          expect(encode(applyDefaults(decode(written)))).toEqual(encode(complete));
        }),
        { numRuns: 100 },
      );
    },
  );
});

const sound = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: main
        image: nginx:1.27
        ports: [{containerPort: 80}]
        resources: {requests: {cpu: 100m}}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}]}
`;

describe("a mutilated text", () => {
  const expectNothingButMistakes = (content: Uint8Array | string): void => {
    try {
      parseManifests([{ file: "m.yaml", content }]);
    } catch (error) {
      expect(error).toBeInstanceOf(ManifestError);
      for (const line of (error as ManifestError).message.split("\n")) expect(line).toMatch(/^m\.yaml:\d+:\d+: \S/);
    }
  };

  it("gives mistakes with places, never another error", () => {
    const bytes = Buffer.from(sound);
    const mutilated = fc.oneof(
      fc.nat(bytes.length).map((end) => bytes.subarray(0, end)),
      fc
        .tuple(fc.nat(bytes.length), fc.uint8Array({ maxLength: 8 }))
        .map(([at, noise]) => Buffer.concat([bytes.subarray(0, at), noise, bytes.subarray(at)])),
      fc
        .tuple(fc.nat(bytes.length), fc.string())
        .map(([at, noise]) => Buffer.from(sound.slice(0, at) + noise + sound.slice(at + noise.length))),
      fc.tuple(fc.nat(bytes.length), fc.nat(40)).map(([at, length]) => Buffer.from(sound.slice(0, at) + sound.slice(at + length))),
      fc.uint8Array({ maxLength: 200 }),
    );
    fc.assert(fc.property(mutilated, expectNothingButMistakes), { numRuns: 600 });
  });

  it("gives mistakes for any values", () => {
    fc.assert(
      fc.property(fc.json(), (text) => expectNothingButMistakes(text)),
      { numRuns: 300 },
    );
  });
});
