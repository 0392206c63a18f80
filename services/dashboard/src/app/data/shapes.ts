import type { components } from '../../../client'

type Schemas = components['schemas']

export type Alert = Schemas['Alert']
/** A silence or a standstill that continues. */
export type Silence = Schemas['Silence']
/** What a day of a user came to. Metres and seconds. */
export type Summary = Schemas['Summary']
/** The same with its trips, stops and gaps. */
export type DaySummary = Schemas['SummaryDetail']
export type Stop = Schemas['SummaryStop']
/** The sums of a user's days in a period: a week such as 2026-W11, a month such as 2026-03, or all. */
export type Total = Schemas['SummaryTotal']
