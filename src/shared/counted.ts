/** A number and what it counts: `1 box`, `3 boxes`; also with the verb that goes with it. */
export function counted(count: number, one: string, other = `${one}s`): string {
  return `${count} ${count === 1 ? one : other}`;
}
