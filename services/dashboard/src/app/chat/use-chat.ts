import i18next from 'i18next'
import { useQuery } from '@tanstack/react-query'
import { useCallback, useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'
import { Offline } from '../../../client'
import '../../i18n/admin'
import '../../i18n/chat'
import { now } from '../../clock'
import { say } from '../common/problem'
import { clockTime, dateTime, longDate } from '../data/ages'
import { useData } from '../data/data'
import { useTeams } from '../data/hooks'
import * as http from './http'
import type { Conversation, Message } from './model'
import type { Thread } from './messages'
import { chatOf, type Chat } from './store'

export const useChat = (): Chat => chatOf(useData())

export function useList() {
  const { list } = useChat()
  return useSyncExternalStore(list.subscribe, () => list.state)
}
export const useConversation = (id: string | undefined): Conversation | undefined => {
  const { list } = useChat()
  return useSyncExternalStore(list.subscribe, () => (id === undefined ? undefined : list.state.byId.get(id)))
}
export function useThread(thread: Thread) {
  return useSyncExternalStore(thread.subscribe, () => thread.state)
}
export function useOutbox() {
  const { outbox } = useChat()
  return useSyncExternalStore(outbox.subscribe, () => outbox.list)
}
export const useChatSettings = () => {
  const chat = useChat()
  return useSyncExternalStore(chat.subscribe, () => chat.settings)
}

/** Whether the viewer may read what it is not in. */
export const useMayAudit = (): boolean => useChatSettings()?.auditing === true && useData().who.role !== 'colaborador'

/** Whether the page shows what it is asked to show for auditing. Until the settings are read it may. */
export function useAudits(asked: boolean): boolean {
  const settings = useChatSettings()
  const may = useMayAudit()
  return asked && (may || !settings)
}

/** A conversation that is open. With audit it may be one that the viewer is not in. */
export function useOpened(id: string | undefined, audit: boolean) {
  const chat = useChat()
  const own = useConversation(id)
  const mayAudit = useMayAudit()
  const outside = useAudits(audit) && !own
  const audited = useQuery({
    queryKey: ['chat-audited', id], enabled: outside && mayAudit && id !== undefined, gcTime: 0, retry: false, refetchOnWindowFocus: false,
    queryFn: async () => {
      const c = await http.one(chat.d.session, id!, { audit: true })
      if (!c.audited) chat.list.take(c)
      return c
    },
  })
  return { c: own ?? (outside && mayAudit ? audited.data : undefined), outside, audited }
}

/** Names of people. The function is another one when a name became known. */
export function useNameOf(): (id: string) => string {
  const { names } = useChat()
  const { t } = useTranslation()
  const round = useSyncExternalStore(names.subscribe, () => names.round)
  return useCallback((id: string) => names.of(id) ?? t('chat.somebody'), [names, t, round])
}

/** What people call a conversation. */
export function useTitle(): (c: Conversation) => string {
  const { t } = useTranslation()
  const chat = useChat()
  const nameOf = useNameOf()
  const teams = useTeams().data
  return useCallback((c: Conversation) => {
    if (c.kind === 'private') return c.audited ? (c.members ?? []).map((m) => nameOf(m.user_id)).join(' · ') : nameOf(otherOf(c, chat.me) ?? chat.me)
    if (c.kind === 'team') return teams?.find((x) => x.id === c.team_id)?.name ?? t('chat.kind.team')
    return c.title || t(c.kind === 'visit' ? 'chat.kind.visit' : 'chat.untitled')
  }, [t, chat, nameOf, teams])
}

/** What people call one conversation. */
export const useTitleOf = (c: Conversation): string => useTitle()(c)

/** The other one of a private conversation. */
export const otherOf = (c: Pick<Conversation, 'members'>, me: string): string | undefined => c.members?.find((m) => m.user_id !== me)?.user_id

/** What a person reads about a refusal in a conversation. */
export function sayChat(e: unknown): string {
  return say(e, (code) => sayCode(code) ?? '')
}

/** The same of what was only read: nothing can have been done. */
export function sayRead(e: unknown): string {
  return e instanceof Offline ? `${i18next.t('boot.offline')}.` : sayChat(e)
}

export function sayCode(code: string | undefined): string | undefined {
  const key = `chat.wrong.${code}`
  return code !== undefined && i18next.exists(key) ? i18next.t(key as 'chat.refused') : undefined
}

/** The time of the list: of today the time, of yesterday the word, else the day. */
export function shortTime(at: number, zone: string | undefined): string {
  const today = longDate(now(), zone)
  if (longDate(at, zone) === today) return clockTime(at, zone)
  if (longDate(at, zone) === longDate(now() - 86_400_000, zone)) return i18next.t('chat.yesterday')
  return dateTime(at, zone).replace(/,?\s*\d{2}:\d{2}$/, '')
}

export function dayName(at: number, zone: string | undefined): string {
  const day = longDate(at, zone)
  if (day === longDate(now(), zone)) return i18next.t('chat.today')
  if (day === longDate(now() - 86_400_000, zone)) return i18next.t('chat.yesterday')
  return day
}

/** A line of the system in words. */
export function lineText(m: Message, me: string, kind: string, nameOf: (id: string) => string): string {
  const t = i18next.t
  const others = (m.mentions ?? []).filter((id) => id !== m.sender_id)
  const about = others.filter((id) => id !== me).map(nameOf).join(', ')
  // The reader alone, or with others.
  const meToo = others.includes(me) ? (about === '' ? 'Me' : 'MeAnd') : ''
  const words = { name: nameOf(m.sender_id), about }
  const mine = m.sender_id === me
  switch (m.text) {
    case 'created':
      return kind === 'group' ? (mine ? t('chat.line.createdYou') : t('chat.line.created', words)) : mine ? t('chat.line.openedYou') : t('chat.line.opened', words)
    case 'joined':
      return mine ? t('chat.line.joinedYou', words) : t(`chat.line.joined${meToo}`, words)
    case 'left':
      return mine ? t('chat.line.leftYou') : t('chat.line.left', words)
    case 'removed':
      return mine ? t('chat.line.removedYou', words) : t(`chat.line.removed${meToo}`, words)
    case 'renamed':
      return mine ? t('chat.line.renamedYou') : t('chat.line.renamed', words)
    default:
      return mine ? t('chat.line.otherYou') : t('chat.line.other', words)
  }
}

/** A message in a few words. */
export function previewOf(m: Message): string {
  const t = i18next.t
  if (m.deleted_at !== undefined) return t('chat.deleted')
  if (m.kind === 'text') return (m.text ?? '').replace(/\s+/g, ' ')
  const what = m.kind === 'photo' ? t('chat.preview.photo') : m.kind === 'location' ? t('chat.preview.location') : m.file?.name || t('chat.preview.file')
  return m.text ? `${what}: ${m.text.replace(/\s+/g, ' ')}` : what
}
