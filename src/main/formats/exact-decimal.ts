// Decimals without rounding: 0.1 + 1 is written "1.1" and read back as 0.1; a fraction of an image leads back to its pixels.

/** `digits / 10 ** places`, places >= 0. */
export interface Decimal {
  readonly digits: bigint;
  readonly places: number;
}

const form = /^([+-]?)(\d*)\.?(\d*)(?:e([+-]?\d{1,3}))?$/i;
/** Longer texts are no coordinates. */
const longest = 400;

/** The decimal that `text` states; undefined where it is not finite or no number. */
export function decimalOf(text: string): Decimal | undefined {
  const parts = text.length > longest ? null : form.exec(text.trim());
  if (!parts || `${parts[2]}${parts[3]}` === '') return undefined;
  const [, sign, whole = '', fraction = '', exponent = '0'] = parts;
  const power = Number(exponent) - fraction.length;
  const digits = BigInt(`${whole}${fraction}`) * 10n ** BigInt(Math.max(0, power));
  return { digits: sign === '-' ? -digits : digits, places: Math.max(0, -power) };
}

/** Without exponent; zeros at the end of the fraction are left out down to `least` places. */
export function decimalText({ digits, places }: Decimal, least = 0): string {
  const size = (digits < 0n ? -digits : digits).toString().padStart(places + 1, '0');
  const whole = places === 0 ? size : size.slice(0, -places);
  const tail = places === 0 ? '' : size.slice(-places).replace(/0+$/, '');
  const fraction = tail.padEnd(least, '0');
  return `${digits < 0n ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}

/** The nearest float64. */
export function numberOfDecimal(value: Decimal): number {
  return Number(decimalText(value));
}

/** `digits` of a value when it is written with `places`, which are not fewer than it has. */
export function digitsAt(value: Decimal, places: number): bigint {
  return value.digits * 10n ** BigInt(places - value.places);
}

/**
 * The decimal `text` plus the whole number `delta`, exact, as text without exponent.
 * Undefined where `text` is not a finite decimal.
 */
export function addToDecimal(text: string, delta: number): string | undefined {
  const value = decimalOf(text);
  if (!value) return undefined;
  const { digits, places } = value;
  return decimalText({ digits: digits + BigInt(delta) * 10n ** BigInt(places), places });
}
