import type { components } from '../../../client'
import { timeText, type Values } from '../admin/settings'

export type ReminderSettings = components['schemas']['ReminderSettings']

/** Each reminder, with what is decided about it beside whether it is sent. */
export const reminders = [['first_visit', 'first_visit_after_min'], ['tomorrow', 'tomorrow_at'], ['shift_open', 'shift_open_after_h'], ['pending', 'pending_at']] as const
export type Reminder = (typeof reminders)[number][0]
export type Detail = (typeof reminders)[number][1]

export const isTime = (detail: string) => detail.endsWith('_at')

export const reminderValues = (s: ReminderSettings): Values => Object.fromEntries(reminders.flatMap(([on, detail]) => [[on, String(s[on])], [detail, String(s[detail])]]))

const whole = (text: string | undefined) => (/^\s*\d+\s*$/.test(text ?? '') ? Number(text) : NaN)

/** All of it as the server takes it, since it decides it together. */
export const reminderBody = (v: Values, version: number): ReminderSettings => ({
  first_visit: v['first_visit'] === 'true', first_visit_after_min: whole(v['first_visit_after_min']), tomorrow: v['tomorrow'] === 'true', tomorrow_at: timeText(v['tomorrow_at'] ?? ''),
  shift_open: v['shift_open'] === 'true', shift_open_after_h: whole(v['shift_open_after_h']), pending: v['pending'] === 'true', pending_at: timeText(v['pending_at'] ?? ''), version,
})
