/** Values of several recorded runs that differ in nothing but numbers: how far a race had come when each of them was written. */

const NUMBER = /\d+/g;

/** Whether a value is like the recorded ones, with each number from the least to the greatest recorded in its place. */
export function isWithinNumbers(value: unknown, recorded: readonly unknown[]): boolean {
  const texts = recorded.map((each) => JSON.stringify(each ?? null));
  const own = JSON.stringify(value ?? null);
  const skeleton = own.replace(NUMBER, "#");
  if (texts.length < 2 || texts.some((text) => text.replace(NUMBER, "#") !== skeleton)) return false;
  const columns = texts.map((text) => text.match(NUMBER) ?? []);
  return (own.match(NUMBER) ?? []).every((number, index) => {
    const range = columns.map((numbers) => Number(numbers[index]));
    return Number(number) >= Math.min(...range) && Number(number) <= Math.max(...range);
  });
}
