import { describe, expect, it } from "vitest";
import fc from "fast-check";
import { percentage, scaledValue, IntOrStringError } from "../../src/api/int-or-string.js";
import {
  addQuantities,
  compareQuantities,
  milliQuantityOf,
  parseQuantity,
  quantityMilliValue,
  QuantityError,
  quantityOf,
  quantityValue,
  roundUpToMilli,
  subtractQuantities,
} from "../../src/api/quantity.js";
import {
  addResourceLists,
  equalResourceLists,
  exceedingResources,
  maxResourceLists,
  subtractResourceLists,
} from "../../src/api/resource-list.js";

const texts = fc
  .tuple(fc.integer({ min: -100_000, max: 100_000 }), fc.constantFrom("", "m", "k", "M", "Ki", "Mi", "Gi", "u", "e3"))
  .map(([count, suffix]) => `${count}${suffix}`);

describe("quantities", () => {
  it("are the same object for the same text", () => {
    expect(parseQuantity("100m")).toBe(parseQuantity("100m"));
    expect(parseQuantity(0.1).toString()).toBe("100m");
  });

  it("are rounded up when read as integers", () => {
    expect(quantityValue("1500m")).toBe(2);
    expect(quantityMilliValue("1.0001")).toBe(1001);
    expect(quantityValue("1Gi")).toBe(1_073_741_824);
    expect(roundUpToMilli("0.5m")).toBe("1m");
  });

  it("add up and subtract exactly", () => {
    fc.assert(
      fc.property(texts, texts, (a, b) => {
        const [left, right] = [parseQuantity(a), parseQuantity(b)];
        const sum = addQuantities(left, right);
        expect(sum.nanos).toBe(left.nanos + right.nanos);
        expect(subtractQuantities(sum, right).nanos).toBe(left.nanos);
        expect(parseQuantity(sum.toString()).nanos).toBe(sum.nanos);
      }),
    );
  });

  it("keep the format of the first that is not zero", () => {
    expect(addQuantities(quantityOf(0), parseQuantity("1Gi")).toString()).toBe("1Gi");
    expect(addQuantities(parseQuantity("1Gi"), parseQuantity("1G")).toString()).toBe("2073741824");
    expect(addQuantities(parseQuantity("1G"), parseQuantity("1Gi")).toString()).toBe("2073741824");
    expect(milliQuantityOf(1500).toString()).toBe("1500m");
  });

  it("read from any text, or are refused in Kubernetes' words", () => {
    const odd = fc.oneof(fc.string(), fc.stringMatching(/^[+-]?[0-9.]{0,25}[eEinumkKMGTP]{0,3}[-+]?[0-9]{0,12}$/));
    fc.assert(
      fc.property(odd, (text) => {
        try {
          const quantity = parseQuantity(text);
          expect(parseQuantity(quantity.toString()).sign).toBe(quantity.sign);
        } catch (error) {
          expect(error).toBeInstanceOf(QuantityError);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe("resource lists", () => {
  const a = { cpu: "500m", memory: "1Gi" };
  const b = { cpu: "1", "nvidia.com/gpu": "2" };

  it("are combined resource by resource", () => {
    expect(addResourceLists(a, b)).toEqual({ cpu: "1500m", memory: "1Gi", "nvidia.com/gpu": "2" });
    expect(subtractResourceLists(a, b)).toEqual({ cpu: "-500m", memory: "1Gi", "nvidia.com/gpu": "-2" });
    expect(maxResourceLists(a, b)).toEqual({ cpu: "1", memory: "1Gi", "nvidia.com/gpu": "2" });
    expect(exceedingResources(b, a)).toEqual(["cpu"]);
  });

  it("are equal whatever the spelling", () => {
    expect(equalResourceLists({ cpu: "1", memory: "1024Mi" }, { memory: "1Gi", cpu: "1000m" })).toBe(true);
    expect(equalResourceLists({ cpu: "1" }, { cpu: "1", memory: "0" })).toBe(false);
    expect(compareQuantities("999m", "1")).toBeLessThan(0);
  });
});

describe("numbers or percentages", () => {
  it("are taken of a total, rounded as asked", () => {
    expect(scaledValue(3, 10, true)).toBe(3);
    expect(scaledValue("25%", 10, true)).toBe(3);
    expect(scaledValue("25%", 10, false)).toBe(2);
    expect(scaledValue("100%", 7, true)).toBe(7);
    expect(percentage("x")).toBeUndefined();
    expect(() => scaledValue("many", 10, true)).toThrow(IntOrStringError);
  });
});
