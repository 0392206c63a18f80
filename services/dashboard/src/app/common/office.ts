import { useQuery } from '@tanstack/react-query'
import { createContext, useContext, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { components, Session, Who } from '../../../client'
import { say } from './problem'

export type User = components['schemas']['UserView']
export type Team = components['schemas']['TeamView']
export type Company = components['schemas']['CompanyView']
export type Role = 'admin' | 'supervisor' | 'colaborador'
export const roles: readonly Role[] = ['colaborador', 'supervisor', 'admin']

/** Who administers. Both the pages of a company and those of the platform have it; only the former have live data. */
export interface Office {
  session: Session
  who: Who
  /** The time zone in which times are told; undefined: the viewer's. */
  zone: string | undefined
  /** Called after people or teams changed, for what else shows them. */
  onPeople: () => void
}

export const OfficeContext = createContext<Office | null>(null)

export function useOffice(): Office {
  const a = useContext(OfficeContext)
  if (!a) throw new Error('no admin context')
  return a
}

/** Reads a list to its end. */
export async function all<T>(page: (query: { limit: number; cursor?: string }) => Promise<{ list: readonly T[] | null; next?: string | undefined }>): Promise<T[]> {
  const list: T[] = []
  let next: string | undefined
  do {
    const p = await page({ limit: 1000, ...(next && { cursor: next }) })
    list.push(...(p.list ?? []))
    next = p.next
  } while (next)
  return list
}

export const useUsers = (enabled = true) => {
  const { session } = useOffice()
  return useQuery({ queryKey: ['users'], enabled, queryFn: () => all<User>((query) => session.request('get', '/v1/users', { query }).then((a) => ({ list: a.users, next: a.next }))) })
}

export const useAllTeams = (enabled = true) => {
  const { session } = useOffice()
  return useQuery({ queryKey: ['teams'], enabled, queryFn: () => all<Team>((query) => session.request('get', '/v1/teams', { query }).then((a) => ({ list: a.teams, next: a.next }))) })
}

export const useCompanies = (enabled = true) => {
  const { session } = useOffice()
  return useQuery({ queryKey: ['companies'], enabled, queryFn: () => all<Company>((query) => session.request('get', '/v1/companies', { query }).then((a) => ({ list: a.companies, next: a.next }))) })
}

/** Runs one action at a time, and keeps what went wrong. `run` answers whether it was done. `words` says what people read about a code. */
export function useAction(words?: (code: string, detail: string) => string) {
  useTranslation() // the error is said in the language of the page
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  const run = async (f: () => Promise<void>): Promise<boolean> => {
    setBusy(true)
    setError(undefined)
    try {
      await f()
      return true
    } catch (e) {
      setError(e)
      return false
    } finally {
      setBusy(false)
    }
  }
  return { busy, error, text: error === undefined ? '' : say(error, words), run, clear: () => setError(undefined) }
}

export { newKey } from './new-key'
