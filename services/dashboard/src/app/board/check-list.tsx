import { useTranslation } from 'react-i18next'
import type { components } from '../../../client'
import { CheckIcon } from '../../icons'
import { clockTime } from '../data/ages'
import { useNames } from './words'

/** What is to be done on site, with the answers. */
export function CheckList({ items, zone }: { items: readonly components['schemas']['ChecklistItem'][]; zone: string }) {
  const { t } = useTranslation()
  const names = useNames()
  if (items.length === 0) return null
  return (
    <section className="log">
      <h3>{t('board.field.checklist')} <span className="dim">{items.filter((i) => i.answer !== '').length}/{items.length}</span></h3>
      <ul className="b-checks">
        {items.map((i) => (
          <li key={i.id} className={i.answer === '' ? '' : 'done'}>
            <span className="b-tick" aria-hidden="true">{i.answer !== '' && <CheckIcon size={14} />}</span>
            <span>
              {i.text}{i.required && <span className="dim"> · {t('board.required')}</span>}
              {i.answer !== '' ? <b> {i.answer}</b> : <span className="sr"> {t('board.unanswered')}</span>}
              {i.answered_at && <span className="dim small"> {clockTime(Date.parse(i.answered_at), zone)}{i.answered_by && `, ${names.user(i.answered_by)}`}</span>}
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}
