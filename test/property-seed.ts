/**
 * The seed of all property tests: the same cases in every run, so that a change is judged by what it changes. PROPERTY_SEED gives others
 * to look for what nobody has found yet.
 */
import fc from "fast-check";

const DEFAULT_SEED = 1;

fc.configureGlobal({ seed: Number(process.env.PROPERTY_SEED ?? DEFAULT_SEED) });
