import i18next from 'i18next'
import { Problem } from '../../../client'
import { say, sentence } from '../common/problem'
import { useUsers } from '../data/data'
import { useMe, useTeams } from '../data/hooks'
import { reschedules, restarts, type Target } from './move'
import { spanText } from './times'
import { endOfWindow, startOfWindow, stateOf, type Activity } from './visit'

/** What a person reads about a refusal of a visit: the page's words when it has some. */
export function sayVisit(e: unknown): string {
  if (e instanceof Problem) {
    const key = `board.wrong.${e.code}`
    if (i18next.exists(key)) return i18next.t(key as 'board.title')
  }
  return say(e)
}

/** Why an action changed nothing; empty if it did what it says. */
export function ruleText(rule: string): string {
  const key = `board.rule.${rule}`
  return rule !== '' && i18next.exists(key) ? i18next.t(key as 'board.title') : rule
}

/** What a person reads about a field of a visit that is not as it must be. */
export function visitWords(code: string, detail: string, field?: string): string {
  for (const key of [`board.wrong.${code}`, ...(code === 'validation_failed' && field ? [`board.wrong.fields.${field}`] : [])]) if (i18next.exists(key)) return i18next.t(key as 'board.title')
  return sentence(code, detail, field)
}

export type Names = ReturnType<typeof useNames>

/** Names of people and teams by their ids. */
export function useNames() {
  const users = useUsers()
  const teams = useTeams().data
  const me = useMe().data
  return {
    user: (id: string): string => (id === '' ? i18next.t('board.nobody') : id === '*cierre' ? i18next.t('board.close') : id === '*serie' ? i18next.t('board.series.by') : users.get(id)?.name ?? (me?.id === id ? me.name : id)),
    team: (id: string): string => teams?.find((x) => x.id === id)?.name ?? id,
  }
}

/** What a move will do, in a sentence. */
export function moveWords(v: Activity, to: Target, names: Names, zone: string, date: string): string {
  const t = i18next.t
  const parts = [`«${v.title}»`]
  if (reschedules(v, to)) parts.push(t('board.move.time', { from: spanText(startOfWindow(v), endOfWindow(v), zone, date), to: spanText(to.from, to.until, zone, date) }))
  if (v.user_id !== to.worker) parts.push(t('board.move.worker', { from: v.user_id === '' ? t('board.nobody') : v.user_name || names.user(v.user_id), to: names.user(to.worker) }))
  if (v.team_id !== to.team) parts.push(to.team === '' ? t('board.move.noTeam') : t('board.move.team', { team: names.team(to.team) }))
  if (parts.length === 1) parts.push(t('board.move.nothing', { at: spanText(to.from, to.until, zone, date), worker: names.user(to.worker) }))
  const restart = restarts(v, to) ? ` ${t('board.move.restarts', { state: t(`board.state.${stateOf(v)}`).toLocaleLowerCase() })}` : ''
  return `${parts.join(' · ')}.${restart}`
}
