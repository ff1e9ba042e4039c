import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  catalogFormatter,
  englishFormatter,
  pseudoFormatter,
} from '../../../../src/renderer/words/formatter.ts';
import { msg } from '../../../../src/renderer/words/message.ts';
import { clock, speak, t, translated } from '../../../../src/renderer/words/words.ts';

const BOXES = '{count, plural, one {# box is} other {# boxes are}} copied.';

describe('English', () => {
  const english = englishFormatter();

  it('has the plural of a count', () => {
    expect(english.format(BOXES, { count: 1 })).toBe('1 box is copied.');
    expect(english.format(BOXES, { count: 0 })).toBe('0 boxes are copied.');
    expect(english.format(BOXES, { count: 12_500 })).toBe('12500 boxes are copied.');
  });

  it('leaves text without braces as it is', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const plain = text.replaceAll('{', '');
        expect(english.format(plain)).toBe(plain);
      }),
    );
  });

  it('inserts what it is given, tags and braces too', () => {
    fc.assert(
      fc.property(fc.string(), (name) => {
        expect(english.format('Delete <b>{name}</b>?', { name })).toBe(`Delete <b>${name}</b>?`);
      }),
    );
  });

  it('writes every whole number of a plural with all its digits', () => {
    fc.assert(
      fc.property(fc.nat(), (count) => {
        expect(english.format('{count, plural, other {#}}', { count })).toBe(String(count));
      }),
    );
  });

  it('refuses a message without its values', () => {
    expect(() => english.format(BOXES)).toThrow(/count/);
  });
});

describe('the pseudo language', () => {
  const pseudo = pseudoFormatter();

  it('accents every literal and keeps what is inserted', () => {
    expect(pseudo.format('Saved')).toBe('[Šàṽéđ]');
    expect(pseudo.format(BOXES, { count: 2 })).toBe('[2 ƀôẋéš àŕé çôþîéđ.]');
    expect(pseudo.format('Accept {name}', { name: 'RBC' })).toBe('[Àççéþţ RBC]');
    expect(pseudo.format('Press <kbd>{key}</kbd>', { key: 'F' })).toBe('[Þŕéšš <kbd>F</kbd>]');
  });

  it('leaves no letter of English', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(pseudo.format(text.replace(/[{}<]/g, ''))).not.toMatch(/[A-Za-z]/);
      }),
    );
  });
});

describe('a catalog', () => {
  const german = catalogFormatter('de', {
    Saved: 'Gespeichert',
    [BOXES]: '{count, plural, one {# Kasten ist} other {# Kästen sind}} kopiert.',
    'Accept {name}': '{nom} annehmen',
    'Reject {name}': '{name',
  });

  it('has its own words and plurals', () => {
    expect(german.format('Saved')).toBe('Gespeichert');
    expect(german.format(BOXES, { count: 1 })).toBe('1 Kasten ist kopiert.');
  });

  it('shows English for what it lacks or has wrong', () => {
    expect(german.format('Saving')).toBe('Saving');
    expect(german.format('Accept {name}', { name: 'RBC' })).toBe('Accept RBC');
    expect(german.format('Reject {name}', { name: 'RBC' })).toBe('Reject RBC');
  });
});

describe('the window', () => {
  it('speaks the language it was given', () => {
    const english = t('Saved');
    speak(() => catalogFormatter('de', { Saved: 'Gespeichert' }));
    expect([english, t('Saved'), translated(msg('Saved'))]).toEqual(['Saved', 'Gespeichert', 'Gespeichert']);
    const day = new Date(2026, 4, 17);
    expect(clock({ month: 'long' }).format(day)).toBe('Mai');
    speak(() => englishFormatter());
    expect(clock({ month: 'long' }).format(day)).toBe('May');
  });
});
