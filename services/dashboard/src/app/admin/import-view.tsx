import { Button } from '@mui/material'
import { useCallback, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { components } from '../../../client'
import { ImportFile } from '../common/import-file'
import { whole } from '../data/ages'
import { useAdmin } from './context'
import { PasswordsDialog } from './passwords-dialog'
import { sentence } from './problem'

type Report = components['schemas']['ImportReport']
type Line = components['schemas']['LineView']
const outcomes = ['wrong', 'created', 'changed', 'unchanged'] as const

/** Many people from a file. */
export function ImportView({ onChanged }: { onChanged: () => void }) {
  const { t } = useTranslation()
  const { session } = useAdmin()
  const [passwords, setPasswords] = useState<readonly { id: string; name: string }[]>()
  const field = useField()
  const made = (r: Report) => (r.lines ?? []).filter((l) => l.outcome === 'created').map((l) => ({ id: l.id!, name: l.name }))
  const names = [t('admin.field.name'), t('admin.field.email'), t('admin.field.phone'), t('admin.field.payroll_number'), t('admin.field.role'), t('admin.field.active'), t('admin.field.teams')]
  return (
    <>
      <ImportFile<(typeof outcomes)[number], Line, Report>
        title={t('admin.import.title')} back="/admin/people" backText={t('people.title')} outcomes={outcomes} outcome={(o) => t(`admin.import.is.${o}`)} idle="unchanged" nameHeader={t('admin.field.name')}
        send={(text, key) => session.request('post', '/v1/users/import', { body: text, ...(key === undefined ? { query: { dry_run: true } } : { key }) })} onApplied={onChanged}
        help={[t('admin.import.format'), t('admin.import.columns'), t('admin.import.who'), t('admin.import.safe')]} template={{ file: 'terreno-people.csv', columns: ['id', ...names] }}
        texts={{
          name: (l) => l.name || l.id || '',
          says: (l) => (l.errors ? l.errors.map((e) => `${e.column ? `${field(e.column)}: ` : ''}${sentence(e.code, e.detail, e.column)}`).join(' · ') : (l.changed ?? []).map(field).join(', ')),
          server: (l) => (l.errors ?? []).map((e) => e.detail).join(' '),
          more: (l) => (
            <>
              {l.errors && <ul className="wrongs">{l.errors.map((e, i) => <li key={i}>{e.column && <b>{field(e.column)}</b>}<div className="bad">{sentence(e.code, e.detail, e.column)}</div><div className="small dim" lang="en">{e.detail}</div></li>)}</ul>}
              {l.changed && <p>{t('admin.import.changes')}: {l.changed.map(field).join(', ')}</p>}
              {l.outcome === 'unchanged' && <p className="dim">{t('admin.import.nothing')}</p>}
            </>
          ),
        }}
        done={(r) => (
          <>
            {t('admin.import.done', { created: whole(r.created), changed: whole(r.changed) })}{' '}
            {made(r).length > 0 && <Button size="small" variant="outlined" onClick={() => setPasswords(made(r))}>{t('admin.import.passwords', { count: made(r).length })}</Button>}
          </>
        )}
      />
      {passwords && <PasswordsDialog users={passwords} onClose={() => setPasswords(undefined)} onCancel={() => setPasswords(undefined)} />}
    </>
  )
}

function useField(): (column: string) => string {
  const { t, i18n } = useTranslation()
  return useCallback((f: string) => (i18n.exists(`admin.field.${f}`) ? t(`admin.field.${f}` as 'admin.save') : f), [t, i18n])
}
