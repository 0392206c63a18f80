import { Button } from '@mui/material'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { components } from '../../../client'
import '../admin/settings.css'
import { useAction, useOffice } from '../common/office'
import { say } from '../common/problem'
import { TimeField } from '../common/time-input'
import { useUnsaved } from '../common/unsaved'
import { Empty, Skeleton } from '../panels/people-panel'
import { groupsOf, useKindName } from './kinds'

type View = components['schemas']['NotificationPreferencesView']
const usual = { from: '22:00', until: '07:00' }

/** What the viewer's devices tell, in which language and when not. */
export function PreferencesView() {
  const { t } = useTranslation()
  const { session } = useOffice()
  const read = useQuery({ queryKey: ['notification-preferences'], staleTime: 0, refetchOnMount: 'always', queryFn: () => session.request('get', '/v1/notification-preferences') })
  return (
    <div className="office-main settings-page">
      {read.data ? <PreferencesForm now={read.data} /> : read.error ? <Empty title={t('inbox.remindError')} hint={say(read.error)} action={t('boot.retry')} onAction={() => void read.refetch()} /> : <Skeleton rows={10} height={44} />}
    </div>
  )
}

function PreferencesForm({ now }: { now: View }) {
  const { t } = useTranslation()
  const { session, who } = useOffice()
  const queries = useQueryClient()
  const name = useKindName()
  const act = useAction()
  const [mine, setMine] = useState<Pick<View, 'language' | 'off' | 'quiet'>>(now)
  const saved = queries.getQueryData<number>(['notification-preferences-saved']) === now.version && now.version > 0
  const [seen, setSeen] = useState(now)
  const written = ({ language, off, quiet }: typeof mine) => JSON.stringify([language ?? '', [...off].sort(), quiet?.from, quiet?.until])
  const dirty = written(mine) !== written(now)
  const same = mine.quiet !== undefined && mine.quiet.from === mine.quiet.until
  useUnsaved(dirty)
  if (now.version !== seen.version) {
    // Written here, or on another device of the same person. What is being changed here stays.
    setSeen(now)
    if (written(mine) === written(seen)) setMine(now)
  }
  const set = (change: Partial<typeof mine>) => {
    setMine({ ...mine, ...change })
    act.clear()
  }
  const send = () => void act.run(async () => {
    const after = await session.request('put', '/v1/notification-preferences', { body: { off: mine.off, ...(mine.language && { language: mine.language }), ...(mine.quiet && { quiet: mine.quiet }) } })
    queries.setQueryData(['notification-preferences-saved'], after.version)
    queries.setQueryData(['notification-preferences'], after)
  })
  const withQuiet = (quiet: View['quiet']) => {
    const { quiet: _, ...rest } = mine
    setMine(quiet ? { ...rest, quiet } : rest)
    act.clear()
  }
  const withLanguage = (language: string) => {
    const { language: _, ...rest } = mine
    setMine(language === 'es' || language === 'en' ? { ...rest, language } : rest)
    act.clear()
  }
  const toggle = (kind: string, on: boolean) => set({ off: on ? mine.off.filter((k) => k !== kind) : [...mine.off, kind] })
  return (
    <form className="settings-form" noValidate onSubmit={(e) => { e.preventDefault(); if (!same) send() }}>
      <div className="settings-scroll" tabIndex={-1}>
        <p className="settings-note"><b>{t('inbox.panicNote')}</b> {t('inbox.stillListed')}</p>
        <div className="settings-all">
          <section aria-labelledby="n-kinds">
            <div><h2 id="n-kinds">{t('inbox.kinds')}</h2><p className="dim">{t('inbox.kindsText')}</p></div>
            <div className="settings-fields n-kinds">
              {groupsOf(now.kinds ?? [], who.role).map(([group, list]) => (
                <fieldset key={group}>
                  <legend>{t(`inbox.group.${group}`)}</legend>
                  {list.map((k) => <label key={k}><input type="checkbox" checked={!mine.off.includes(k)} onChange={(e) => toggle(k, e.target.checked)} /> {name(k)}</label>)}
                </fieldset>
              ))}
            </div>
          </section>
          <section aria-labelledby="n-quiet">
            <div><h2 id="n-quiet">{t('inbox.quiet')}</h2><p className="dim">{t('inbox.quietText')}</p></div>
            <div className="settings-fields">
              <label className="n-check"><input type="checkbox" checked={mine.quiet !== undefined} onChange={(e) => withQuiet(e.target.checked ? now.quiet ?? usual : undefined)} /> {t('inbox.quietOn')}</label>
              {mine.quiet && (
                <>
                  <div className="n-times">
                    <TimeField label={t('inbox.quietFrom')} value={mine.quiet.from} onTime={(from) => withQuiet({ ...mine.quiet!, from })} />
                    <TimeField label={t('inbox.quietUntil')} value={mine.quiet.until} onTime={(until) => withQuiet({ ...mine.quiet!, until })} error={same ? t('inbox.quietSame') : undefined} />
                  </div>
                  <p className="dim small">{t('inbox.quietZone', { zone: now.zone.replaceAll('_', ' ') })}</p>
                </>
              )}
            </div>
          </section>
          <section aria-labelledby="n-language">
            <div><h2 id="n-language">{t('inbox.language')}</h2><p className="dim">{t('inbox.languageText')}</p></div>
            <div className="settings-fields">
              <select className="n-select" aria-labelledby="n-language" value={mine.language ?? ''} onChange={(e) => withLanguage(e.target.value)}>
                <option value="">{t('inbox.languageOf')}</option>
                <option value="es">{t('inbox.es')}</option>
                <option value="en">{t('inbox.en')}</option>
              </select>
            </div>
          </section>
        </div>
      </div>
      <footer className="settings-foot">
        <Button type="submit" variant="contained" disabled={act.busy || !dirty || same}>{act.busy ? t('alerts.acting') : t('admin.save')}</Button>
        <Button disabled={act.busy || !dirty} onClick={() => { setMine(now); act.clear() }}>{t('admin.undo')}</Button>
        {act.text && <p className="bad" role="alert">{act.text}</p>}
        <span className="dim" role="status">{saved && !dirty ? t('inbox.saved') : ''}</span>
      </footer>
    </form>
  )
}
