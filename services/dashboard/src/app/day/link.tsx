import { Button } from '@mui/material'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { DayIcon } from '../../icons'
import { useAddress } from '../data/address'

export const dayAddress = (id: string): string => `/people/${encodeURIComponent(id)}/day`

/** The id of the person whose day an address shows. */
export function dayPerson(path: string): string | undefined {
  const [, found] = /^\/people\/([^/]+)\/day\/?$/.exec(path) ?? []
  if (found === undefined) return undefined
  try {
    return decodeURIComponent(found)
  } catch {
    return found
  }
}

let left: string | undefined

/** Remembers whose day was closed: the focus goes back to where it came from. */
export const leaveDay = (id: string): void => void (left = id)

/** Opens a person's day. */
export function DayLink({ id }: { id: string }) {
  const { t } = useTranslation()
  const { go } = useAddress()
  const button = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    if (left === id) button.current?.focus()
    left = undefined
  }, [id])
  return <Button ref={button} variant="outlined" startIcon={<DayIcon size={16} />} onClick={() => go(dayAddress(id))}>{t('day.open')}</Button>
}
