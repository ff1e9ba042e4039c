// XML from outside, and what fast-xml-parser makes of its elements, as values.
import { type XMLParser, XMLValidator } from 'fast-xml-parser';
import { isRecord, Unreadable } from './source-text.ts';

/** The elements of a text; throws Unreadable for what is no XML, or more than data. */
export function parsedXml(text: string, parser: XMLParser): Record<string, unknown> {
  if (/<!ENTITY/i.test(text)) throw new Unreadable('the file defines entities of its own, which is not read');
  const valid = XMLValidator.validate(text);
  if (valid !== true) throw new Unreadable(`the file is not valid XML (line ${valid.err.line})`);
  try {
    const value: unknown = parser.parse(text);
    return isRecord(value) ? value : {};
  } catch {
    throw new Unreadable('the file has names or depths that no labels have');
  }
}

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
