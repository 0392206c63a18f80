import { Button } from '@mui/material'
import { useState, type FormEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { Side } from '../common/parts'
import { fieldErrors } from '../common/problem'
import { useUnsaved } from '../common/unsaved'
import { leave } from '../zones/guard'
import { detailsOf } from './details'
import { DetailsFields, FormErrors } from './details-fields'
import type { useRequests, useSend } from './use-send'
import type { Detail } from './visit'
import { sayVisit, visitWords } from './words'

/** Changes what a visit is, in the panel. The visit is the one that somebody saw when they began. */
export function EditVisit({ visit, sender, requests, onDone }: { visit: Detail; sender: ReturnType<typeof useSend>; requests: ReturnType<typeof useRequests>; onDone: () => void }) {
  const { t } = useTranslation()
  const [details, setDetails] = useState(() => detailsOf(visit))
  const dirty = JSON.stringify(details) !== JSON.stringify(detailsOf(visit))
  useUnsaved(dirty)
  const error = sender.conflict ? undefined : sender.error
  const bad = fieldErrors(error, visitWords)
  const submit = (e: FormEvent) => {
    e.preventDefault()
    // After a conflict the form stays until it is decided: who leaves the other's change has still what they wrote.
    void sender.send({ seen: visit, words: t('board.editWords', { title: details.title }), send: requests.edit(visit, details), onDone })
  }
  return (
    <Side title={t('board.act.edit')} sub={visit.title} onClose={() => leave(onDone)}>
      <form className="form" noValidate onSubmit={submit}>
        <DetailsFields details={details} onChange={setDetails} errors={bad} fresh={false} />
        <FormErrors errors={bad} text={error === undefined ? '' : sayVisit(error)} />
        <div className="acts">
          <Button type="submit" variant="contained" disabled={!dirty || sender.busy}>{sender.busy ? t('alerts.acting') : t('admin.save')}</Button>
          <Button onClick={() => leave(onDone)}>{t('alerts.cancel')}</Button>
        </div>
      </form>
    </Side>
  )
}
