import i18next from 'i18next'
import { beforeAll, expect, test, vi } from 'vitest'
import { datesOf, kindsFrom, moved, readRule, repeatFrom, ruleOf, textOf, type Kind, type Repeat } from './series-rule'
import { isToCome, nextDate, type Series } from './series-use'
import { patternText, ruleText, shownTime } from './series-say'

vi.hoisted(() => {
  vi.stubGlobal('window', { matchMedia: () => ({ matches: false, addEventListener: () => {} }) })
  vi.stubGlobal('navigator', { language: 'es' })
  vi.stubGlobal('document', { documentElement: { dataset: {} } })
})
beforeAll(async () => {
  await import('../../i18n')
  await import('../../i18n/board')
})

const repeat = (kind: Kind, date: string, more: Partial<Repeat> = {}): Repeat => ({ ...repeatFrom(date), kind, end: 'count', count: '4', ...more })
const rule = (kind: Kind, date: string, more: Partial<Repeat> = {}) => ruleOf(repeat(kind, date, more), date).rule!
const dates = (kind: Kind, date: string, more: Partial<Repeat> = {}) => datesOf(rule(kind, date, more), date).dates.join(' ')

test('each kind becomes a rule, and names the dates that the server names', () => {
  const monday = '2026-03-09'
  const of: Partial<Record<Kind, [string, string]>> = {
    day: ['FREQ=DAILY;COUNT=4', '2026-03-09 2026-03-10 2026-03-11 2026-03-12'],
    workdays: ['FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;COUNT=4', '2026-03-09 2026-03-10 2026-03-11 2026-03-12'],
    week: ['FREQ=WEEKLY;BYDAY=MO;COUNT=4', '2026-03-09 2026-03-16 2026-03-23 2026-03-30'],
    twoWeeks: ['FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;COUNT=4', '2026-03-09 2026-03-23 2026-04-06 2026-04-20'],
    date: ['FREQ=MONTHLY;BYMONTHDAY=9;COUNT=4', '2026-03-09 2026-04-09 2026-05-09 2026-06-09'],
    weekday: ['FREQ=MONTHLY;BYDAY=2MO;COUNT=4', '2026-03-09 2026-04-13 2026-05-11 2026-06-08'],
  }
  for (const [k, [text, named]] of Object.entries(of)) {
    expect(textOf(rule(k as Kind, monday)), k).toBe(text)
    expect(dates(k as Kind, monday), k).toBe(named)
    expect(readRule(text, monday), k).toEqual(rule(k as Kind, monday))
  }
  expect(ruleOf(repeat('once', monday), monday)).toEqual({})
  // A first date that the rule does not name has no visit; weeks are counted from its Monday.
  expect(dates('twoWeeks', '2026-03-11', { days: ['MO', 'FR'] })).toBe('2026-03-13 2026-03-23 2026-03-27 2026-04-06')
  expect(dates('week', monday, { days: ['SU'], end: 'until', until: '2026-03-22' })).toBe('2026-03-15 2026-03-22')
})

test('the end of a month: the last day, the last Tuesday, and months that have no 31', () => {
  expect(kindsFrom('2026-03-31')).toEqual(['once', 'day', 'workdays', 'week', 'twoWeeks', 'date', 'lastDate', 'lastWeekday'])
  expect(kindsFrom('2026-03-24')).not.toContain('lastWeekday')
  expect(dates('date', '2026-01-31')).toBe('2026-01-31 2026-03-31 2026-05-31 2026-07-31')
  expect(dates('lastDate', '2026-01-31')).toBe('2026-01-31 2026-02-28 2026-03-31 2026-04-30')
  expect(dates('lastWeekday', '2026-03-31')).toBe('2026-03-31 2026-04-28 2026-05-26 2026-06-30')
  expect(textOf(rule('lastWeekday', '2026-03-31'))).toBe('FREQ=MONTHLY;BYDAY=-1TU;COUNT=4')
  // On another date the kind is the nearest that there is.
  expect(textOf(rule('lastDate', '2026-03-09'))).toBe('FREQ=MONTHLY;BYMONTHDAY=9;COUNT=4')
})

test('what is missing is said, and another date takes along what came from the old one', () => {
  const of = (more: Partial<Repeat>) => ruleOf(repeat('week', '2026-03-09', more), '2026-03-09').fault
  expect([of({ days: [] }), of({ count: '0' }), of({ count: 'x' }), of({ count: '1.5' }), of({ end: 'until', until: '' }), of({ end: 'until', until: '2026-03-08' }), of({})]).toEqual(['days', 'count', 'count', 'count', 'until', 'until', undefined])
  const m = moved(repeatFrom('2026-03-09'), '2026-03-09', '2026-03-12')
  expect([m.days, m.until]).toEqual([['TH'], '2026-06-04'])
  expect(moved({ ...repeatFrom('2026-03-09'), days: ['MO', 'FR'], until: '2026-12-31' }, '2026-03-09', '2026-03-12')).toMatchObject({ days: ['MO', 'FR'], until: '2026-12-31' })
  expect(datesOf(ruleOf(repeat('day', '2026-03-09', { count: '5000' }), '2026-03-09').rule!, '2026-03-09')).toMatchObject({ more: true })
})

test('rules of other programs are read where the page has words for them, and else left alone', () => {
  const text = (r: string) => {
    const known = readRule(r, '2026-03-09')
    return known && textOf(known)
  }
  expect(text('RRULE:freq=weekly;count=3')).toBe('FREQ=WEEKLY;BYDAY=MO;COUNT=3')
  expect(text('FREQ=MONTHLY;BYDAY=TU;BYSETPOS=2;COUNT=3')).toBe('FREQ=MONTHLY;BYDAY=2TU;COUNT=3')
  expect(text('FREQ=MONTHLY;BYDAY=-1FR;UNTIL=20261231')).toBe('FREQ=MONTHLY;BYDAY=-1FR;UNTIL=20261231')
  for (const r of ['FREQ=YEARLY;COUNT=3', 'FREQ=MONTHLY;BYDAY=MO;COUNT=3', 'FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=1;COUNT=3', 'FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=SU;COUNT=3', 'FREQ=DAILY;BYMONTH=3;COUNT=3', 'FREQ=DAILY;UNTIL=20260401T120000Z', 'FREQ=MONTHLY;BYMONTHDAY=-2;COUNT=3', 'FREQ=MONTHLY;BYMONTHDAY=1,15;COUNT=3', '']) expect(text(r), r).toBeUndefined()
})

test('a rule is a sentence in the language of the page', async () => {
  const says = (r: string, from = '08:30', until = '10:00') => ruleText(readRule(r, '2026-03-09')!, from, until)
  await i18next.changeLanguage('es')
  expect(says('FREQ=WEEKLY;BYDAY=MO,TH;UNTIL=20261231')).toBe('Cada lunes y jueves, de 08:30 a 10:00, hasta el jueves, 31 de diciembre de 2026.')
  expect(says('FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH;COUNT=1', '', '')).toBe('Cada dos semanas, el lunes y el jueves, a cualquier hora, 1 vez.')
  expect(['FREQ=DAILY', 'FREQ=DAILY;INTERVAL=3', 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR', 'FREQ=MONTHLY;BYDAY=3TU', 'FREQ=MONTHLY;BYDAY=-1SU', 'FREQ=MONTHLY', 'FREQ=MONTHLY;BYMONTHDAY=-1', 'FREQ=MONTHLY;INTERVAL=2;BYMONTHDAY=15'].map((r) => patternText(readRule(`${r};COUNT=2`, '2026-03-09')!.pattern))).toEqual([
    'Cada día', 'Cada 3 días', 'De lunes a viernes', 'El tercer martes de cada mes', 'El último domingo de cada mes', 'El día 9 de cada mes', 'El último día de cada mes', 'El día 15, cada 2 meses',
  ])
  await i18next.changeLanguage('en')
  expect(says('FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH;COUNT=10')).toBe('Every two weeks, on Monday and Thursday, from 08:30 to 10:00, 10 times.')
  await i18next.changeLanguage('es')
})

test('times are those that clocks show, and the next date is one that can still be done', () => {
  expect([shownTime('2026-03-08', '02:30', 'America/New_York'), shownTime('2026-03-09', '02:30', 'America/New_York'), shownTime('2026-09-06', '00:30', 'America/Santiago')]).toEqual(['03:00', '02:30', '01:00'])
  const at = (text: string) => Date.parse(text)
  expect([isToCome('2026-03-09', '08:00', '09:00', 'America/Bogota', at('2026-03-09T13:59:00Z')), isToCome('2026-03-09', '08:00', '09:00', 'America/Bogota', at('2026-03-09T14:00:00Z')), isToCome('2026-03-09', '', '', 'America/Bogota', at('2026-03-10T04:00:00Z'))]).toEqual([true, false, true])
  const s = { state: 'active', rule: 'FREQ=WEEKLY;BYDAY=MO;COUNT=3', first_date: '2026-03-09', from: '08:00', until: '09:00', next_dates: ['2026-03-30'] } as unknown as Series
  expect([nextDate(s, 'America/Bogota', at('2026-03-09T13:00:00Z')), nextDate(s, 'America/Bogota', at('2026-03-09T15:00:00Z')), nextDate({ ...s, rule: 'FREQ=YEARLY;COUNT=2' }, 'UTC', 0), nextDate({ ...s, state: 'ended' }, 'UTC', 0)]).toEqual(['2026-03-09', '2026-03-16', '2026-03-30', ''])
})
