/** What was typed or ticked, as an item keeps it. */
export const text = (happened: Event): string => (happened.target as HTMLInputElement).value;
export const ticked = (happened: Event): boolean => (happened.target as HTMLInputElement).checked;

/** A number from 0, null for nothing. */
export const amount = (happened: Event): number | null =>
  text(happened) === '' ? null : Math.max(0, Number(text(happened)));

/** A whole number from 0, null for nothing. */
export function number(happened: Event): number | null {
  const value = amount(happened);
  return value === null ? null : Math.trunc(value);
}
