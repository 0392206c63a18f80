import { Button } from '@mui/material'
import { useCallback, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { SheetImport, type SheetReport } from '../common/sheet-import'
import { whole } from '../data/ages'
import { useOffice } from '../common/office'
import { PasswordsDialog } from './passwords-dialog'

/** Many people from a file. Who is new gets a password afterwards. */
export function ImportView({ onChanged }: { onChanged: () => void }) {
  const { t, i18n } = useTranslation()
  const { session } = useOffice()
  const [passwords, setPasswords] = useState<readonly { id: string; name: string }[]>()
  const field = useCallback((f: string) => (i18n.exists(`admin.field.${f}`) ? t(`admin.field.${f}` as 'admin.save') : f), [t, i18n])
  const done = (r: SheetReport) => {
    const made = (r.lines ?? []).filter((l) => l.outcome === 'created').map((l) => ({ id: l.id!, name: l.name }))
    return (
      <>
        {t('admin.import.done', { created: whole(r.created), changed: whole(r.changed) })}{' '}
        {made.length > 0 && <Button size="small" variant="outlined" onClick={() => setPasswords(made)}>{t('admin.import.passwords', { count: made.length })}</Button>}
      </>
    )
  }
  return (
    <>
      <SheetImport
        title={t('admin.import.title')} back="/admin/people" backText={t('people.title')} field={field} done={done} onApplied={onChanged}
        send={(body, key) => session.request('post', '/v1/users/import', key === undefined ? { query: { dry_run: true }, body } : { body, key })}
        help={[t('admin.import.format'), t('admin.import.columns'), t('admin.import.who'), t('admin.import.safe')]}
        template={{ file: 'terreno-people.csv', columns: ['id', t('admin.field.name'), t('admin.field.email'), t('admin.field.phone'), t('admin.field.payroll_number'), t('admin.field.role'), t('admin.field.active'), t('admin.field.teams')] }}
      />
      {passwords && <PasswordsDialog users={passwords} onClose={() => setPasswords(undefined)} onCancel={() => setPasswords(undefined)} />}
    </>
  )
}
