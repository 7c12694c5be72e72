/** Objects from a template, in which `$(index)` stands for the number of the arrival. Parts without it are shared by all objects. */
import type { ApiObject } from "../api/types/meta.js";

export const INDEX = "$(index)";

/** Makes the object of an arrival, numbered from 1. */
export type ObjectTemplate = (index: number) => ApiObject;

type Make = (index: string) => unknown;

export function compileTemplate(template: ApiObject): ObjectTemplate {
  const make = compile(template);
  return (index) => make(String(index)) as ApiObject;
}

/** The value with the number of the first arrival in it. */
export function firstOf(template: unknown): unknown {
  return compile(template)("1");
}

/** Whether anything in the value depends on the index. */
function varies(value: unknown): boolean {
  if (typeof value === "string") return value.includes(INDEX);
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).some(([name, part]) => name.includes(INDEX) || varies(part));
}

function compile(value: unknown): Make {
  if (!varies(value)) return () => value;
  if (typeof value === "string") return (index) => value.replaceAll(INDEX, index);
  if (Array.isArray(value)) {
    const items = value.map(compile);
    return (index) => items.map((make) => make(index));
  }
  const fields = Object.entries(value as object).map(([name, part]): [string, Make] => [name, compile(part)]);
  return (index) => Object.fromEntries(fields.map(([name, make]) => [name.replaceAll(INDEX, index), make(index)]));
}
