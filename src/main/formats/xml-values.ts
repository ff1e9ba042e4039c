// What fast-xml-parser makes of elements, as values.
import { isRecord } from './source-text.ts';

/** Elements of one name: the parser gives a single one without a list around it. */
export function listOf(value: unknown): unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** The JSON object that an element's text holds, empty where it holds none. */
export function jsonOf(element: unknown): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(textOf(element));
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}
