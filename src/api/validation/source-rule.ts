/** Rules of volume sources, and the smallest of which others are made. */
import { required, type FieldError } from "./field-error.js";

export type Source = Readonly<Record<string, unknown>>;
export type SourceRule = (field: string, source: Source) => FieldError[];

export function text(source: Source, name: string): string {
  const value = source[name];
  return typeof value === "string" ? value : "";
}

export function needs(...names: string[]): SourceRule {
  return (field, source) => names.filter((name) => text(source, name) === "").map((name) => required(`${field}.${name}`));
}

/** The name, and where it is asked for the namespace, of a secret that a source refers to. */
export function secretOf(name: string, ...fields: string[]): SourceRule {
  return (field, source) => {
    const secret = source[name] as Source | undefined;
    return secret === undefined ? [] : needs(...fields)(`${field}.${name}`, secret);
  };
}

export function all(...rules: SourceRule[]): SourceRule {
  return (field, source) => rules.flatMap((rule) => rule(field, source));
}
