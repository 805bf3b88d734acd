/** Which colours meet as text or as a control, and how far apart they must stand (WCAG 2.2, 1.4.3, 1.4.6 and 1.4.11). */

const STATES = ['you', 'office', 'done', 'late', 'saved', 'refused'] as const;
/** Text is held to more than the 4.5 of level AA, for eyes of seventy in the sun. */
export const TEXT = 6;
export const CONTROL = 3;

/** A colour on another one, by the names of their tokens, and the least contrast between them. */
export interface Pair {
  front: string;
  back: string;
  least: number;
}

const on = (least: number, front: string, ...backs: string[]): Pair[] => backs.map((back) => ({ front, back, least }));

export const PAIRS: readonly Pair[] = [
  ...on(TEXT, 'ink', 'bg', 'surface', 'surface-2', 'lamp-soft', 'brand-soft'),
  ...on(TEXT, 'ink-2', 'bg', 'surface', 'surface-2'),
  ...on(TEXT, 'link', 'bg', 'surface'),
  ...on(TEXT, 'brand-ink', 'surface', 'brand-soft'),
  ...on(TEXT, 'on-brand', 'brand', 'brand-hover'),
  ...on(TEXT, 'on-dusk', 'dusk'),
  ...on(TEXT, 'on-dusk-2', 'dusk'),
  ...on(TEXT, 'surface', 'late'),
  ...STATES.flatMap((state) => [...on(TEXT, state, 'surface', `${state}-soft`), ...on(TEXT, 'ink', `${state}-soft`)]),
  ...on(CONTROL, 'line-strong', 'bg', 'surface'),
  ...on(CONTROL, 'brand', 'bg', 'surface', 'surface-2'),
  ...on(CONTROL, 'focus', 'bg', 'surface', 'surface-2'),
];

/** How far two colours stand apart, 1 to 21, rounded down to tenths: `#rrggbb` each, or `#rgb` as a build writes it. */
export function contrast(one: string, other: string): number {
  const [lighter = 0, darker = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return Math.floor(((lighter + 0.05) / (darker + 0.05)) * 10) / 10;
}

function luminance(colour: string): number {
  const whole = colour.length === 4 ? colour.replaceAll(/[^#]/g, '$&$&') : colour;
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) =>
    linear(Number.parseInt(whole.slice(at, at + 2), 16) / 255),
  );
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

const linear = (part: number): number => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
