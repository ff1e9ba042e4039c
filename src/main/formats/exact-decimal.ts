// Whole numbers added to decimals without rounding: 0.1 + 1 is written "1.1" and read back as 0.1.

const decimal = /^([+-]?)(\d*)\.?(\d*)(?:e([+-]?\d{1,3}))?$/i;

/**
 * The decimal `text` plus the whole number `delta`, exact, as text without exponent.
 * Undefined where `text` is not a finite decimal.
 */
export function addToDecimal(text: string, delta: number): string | undefined {
  const parts = decimal.exec(text.trim());
  if (!parts || `${parts[2]}${parts[3]}` === '') return undefined;
  const [, sign, whole = '', fraction = '', exponent = '0'] = parts;
  const power = Number(exponent) - fraction.length;
  const places = Math.max(0, -power);
  const digits = BigInt(`${whole}${fraction}`) * 10n ** BigInt(Math.max(0, power));
  const sum = (sign === '-' ? -digits : digits) + BigInt(delta) * 10n ** BigInt(places);
  const size = (sum < 0n ? -sum : sum).toString().padStart(places + 1, '0');
  const tail = places === 0 ? '' : size.slice(-places).replace(/0+$/, '');
  const head = places === 0 ? size : size.slice(0, -places);
  return `${sum < 0n ? '-' : ''}${head}${tail === '' ? '' : `.${tail}`}`;
}
