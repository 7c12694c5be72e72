import { describe, expect, it } from "vitest";
import { permitAnswerOf, postFilterAnswerOf, preFilterAnswerOf } from "../../../src/scheduler/custom/answers.js";
import { Status } from "../../../src/scheduler/framework/status.js";

const fail = (problem: string): never => {
  throw new Error(problem);
};
const rejection = new Status("Unschedulable", ["no"], "Mine");
const plain = { code: "Unschedulable", reasons: ["no"] };

describe("answers of a user's plugin", () => {
  it.each([
    ["a list", ["w-2"]],
    ["a Set", new Set(["w-2"])],
  ])("PreFilter takes %s of names", (_shape, nodeNames) => {
    expect(preFilterAnswerOf("Mine", { result: { nodeNames } }, fail)?.result?.nodeNames).toEqual(new Set(["w-2"]));
  });

  it.each(["no", plain, { status: "no" }, { status: plain }])("PreFilter and Permit reject by %j", (answer) => {
    expect(preFilterAnswerOf("Mine", answer, fail)?.status).toEqual(rejection);
    expect(permitAnswerOf("Mine", answer, fail)?.status).toEqual(rejection);
  });

  it.each([4, ["a"], { foo: 1 }, { status: 4 }, { result: { nodeNames: [4] } }, { result: { nodeNames: "w-2" } }])(
    "PreFilter refuses %j",
    (answer) => {
      expect(() => preFilterAnswerOf("Mine", answer, fail)).toThrow("must be");
    },
  );

  it.each([4, ["a"], { foo: 1 }, { status: plain, timeout: NaN }, { status: plain, timeout: -1 }])("Permit refuses %j", (answer) => {
    expect(() => permitAnswerOf("Mine", answer, fail)).toThrow("must be");
  });

  it("PostFilter takes plain shapes and refuses others", () => {
    expect(postFilterAnswerOf("Mine", { status: plain, result: { nominatedNodeName: "a" } }, fail)).toEqual({
      status: rejection,
      result: { nominatedNodeName: "a" },
    });
    for (const answer of [undefined, "y", 4, { status: plain, result: { nominatedNodeName: 4 } }])
      expect(() => postFilterAnswerOf("Mine", answer, fail)).toThrow("must be");
  });
});
